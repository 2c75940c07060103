/**
 * A relay cluster and those who mean it ill. Two nodes, of which one has no host name; mail servers and delivery services
 * are sinks that take everything: `fd00:3::/64`. Strangers have `fd00:2::/64`.
 */
import { X509Certificate } from 'node:crypto';

import {
  selfSignedIdentity,
  type TlsIdentity,
} from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { startStandInSmtpServer } from '../../../src/local-node/stand-ins/smtp-server.ts';
import { startNames } from '../../support/system/name-server.ts';
import { type RelayEndpoints, type RelayWorld, startRelayWorld } from '../../support/system/relay-world.ts';
import type { Received, StandIn } from '../../support/system/smtp-stand-in.ts';
import type { SmtpOptions } from '../../support/system/smtp.ts';
import { type Keep, startAll, type Stoppable } from '../../support/system/start-all.ts';

/** A stranger. */
export const outside = 'fd00:2::1';
export const addresses = {
  delivery: { host: 'fd00:3::1', port: 2525 },
  // Takes mail from the first byte by TLS.
  unpaid: { host: 'fd00:3::2', port: 465 },
  backend: { host: 'fd00:3::10', port: 2525 },
  victim: { host: 'fd00:3::11', port: 2525 },
};
/** The address that `address.example` sends from. */
export const homeAddress = addresses.backend.host;

export const passwords = { 'account-1': 'delivery-secret-1', 'account-2': 'delivery-secret-2' };
const services = {
  first: {
    ...addresses.delivery,
    user: 'account-1',
    password: passwords['account-1'],
    domains: ['login.example'],
  },
  second: {
    ...addresses.delivery,
    user: 'account-2',
    password: passwords['account-2'],
    domains: ['address.example'],
  },
  // The same host and port, and no account there.
  poor: { ...addresses.delivery, domains: ['poor.example'] },
  unpaid: { ...addresses.unpaid, domains: ['unpaid.example'] },
};
export const foreign = 'someone@foreign.example';
export const refusedRecipient = 'refused@foreign.example';

export interface AttackedRelay extends Stoppable {
  world: RelayWorld;
  node1: RelayEndpoints;
  node2: RelayEndpoints;
  /** The delivery service of `login.example` and `address.example`, by an account each. */
  delivery: StandIn;
  /** One that wants no login. */
  unpaid: StandIn;
  /** Mail server of all domains but three. */
  backend: StandIn;
  /** Mail server of `victim.example`, `also-victim.example` and `attacker.example`, and who answers in its place. */
  victim: () => StandIn;
  /** From now on somebody with this certificate answers in place of the victim. */
  replaceVictim: (identity: TlsIdentity) => Promise<void>;
  ofVictim: TlsIdentity;
  ofAttacker: TlsIdentity;
  /** How `login.example` sends. */
  login: SmtpOptions;
  /** Passwords of the cluster, of its domains and of delivery services. */
  secrets: readonly string[];
  /** All that any sink has taken. */
  everywhere: () => Received[];
}

/** Tests of one subject; all subjects share one cluster, which takes a minute to start. */
export type Attacks = (relay: () => AttackedRelay) => void;

export const fingerprintOf = ({ cert }: TlsIdentity): string => new X509Certificate(cert).fingerprint256;

export const startAttackedRelay = (): Promise<AttackedRelay> => startAll(start);

async function start(keep: Keep): Promise<Omit<AttackedRelay, 'stop'>> {
  const records = [
    'relay.relay.example. AAAA fd00:1::99',
    'addressed.example. AAAA fd00:2::80',
    'texted.example. TXT "text"',
  ];
  keep(await startNames({ records, silent: ['slow.example'] }));
  const [ofVictim, ofAttacker] = [
    await selfSignedIdentity('stand-in', 30),
    await selfSignedIdentity('stand-in', 30),
  ];
  const delivery = keep(
    await startStandInSmtpServer({
      ...addresses.delivery,
      passwords,
      refusal: (recipient) =>
        recipient === refusedRecipient ? 'this looks like spam; see https://delivery.example/why' : undefined,
    }),
  );
  const unpaid = keep(await startStandInSmtpServer({ ...addresses.unpaid, implicitTls: true }));
  const backend = keep(await startStandInSmtpServer(addresses.backend));
  const startVictim = (identity: TlsIdentity) => startStandInSmtpServer({ ...addresses.victim, identity });
  let victim = await startVictim(ofVictim);
  keep({ stop: () => victim.stop() });
  const world = keep(await startRelayWorld(3));
  await world.requestCluster({
    topology: { node1: { fqdn: 'mx1.relay.example' }, node2: {} },
    'relay-domain': 'relay.relay.example',
    'default-relay-config': { greylisting: { enable: false }, 'proxy-map': services },
  });
  await requestDomains(world, ofVictim, ofAttacker);
  await world.settle();
  const [node1, node2] = await world.nodes();
  if (node1 === undefined || node2 === undefined) throw new Error('the cluster hands out no two nodes');
  const password = String((await world.published('login.example'))['outbound-password']);
  const ledger = await world.read('mailrelay', 'srv/ledger/current/secrets');
  const ofCluster = ledger.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  return {
    ...{ world, node1, node2, delivery, unpaid, backend, ofVictim, ofAttacker },
    victim: () => victim,
    async replaceVictim(identity) {
      await victim.stop();
      victim = await startVictim(identity);
    },
    login: { from: outside, login: { user: 'login.example', pass: password } },
    secrets: [...Object.values(passwords), password, ...ofCluster],
    everywhere: () => [delivery, unpaid, backend, victim].flatMap(({ received }) => received),
  };
}

async function requestDomains(
  world: RelayWorld,
  ofVictim: TlsIdentity,
  ofAttacker: TlsIdentity,
): Promise<void> {
  const request = (domain: string, server: keyof typeof addresses, more: object = {}) =>
    world.requestDomain(domain, {
      name: domain,
      'mail-server-host': addresses[server].host,
      'mail-server-port': addresses[server].port,
      ...more,
    });
  const shows = (...identities: TlsIdentity[]) => ({
    authentication: 'fingerprint',
    fingerprints: identities.map(fingerprintOf),
  });
  await request('login.example', 'backend', { authentication: 'password' });
  // One address, in another spelling.
  await request('address.example', 'backend', { 'mail-server-host': 'FD00:3:0::0010' });
  await request('poor.example', 'backend');
  await request('unpaid.example', 'backend');
  await request('victim.example', 'victim', shows(ofVictim));
  await request('attacker.example', 'victim', shows(ofVictim, ofAttacker));
  await request('also-victim.example', 'victim', shows(ofVictim));
  await request('mapped.example', 'backend', { 'mail-server-host': '::ffff:127.0.0.77' });
  await request('invalid.example', 'backend', { authentication: 'fingerprint' });
  await request('multicast.example', 'backend', { 'mail-server-host': 'ff02::1' });
}
