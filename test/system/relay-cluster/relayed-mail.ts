/**
 * The relay cluster with mail servers, a delivery service and the outside world, all with addresses of their own:
 * partitions have `fd00:1::/64`, strangers `fd00:2::/64`, servers that are no instances `fd00:3::/64`.
 */
import {
  selfSignedIdentity,
  type TlsIdentity,
} from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { startStandInSmtpServer } from '../../../src/local-node/stand-ins/smtp-server.ts';
import { eventually } from '../../support/system/eventually.ts';
import { endpointsOf, type MailServer, messagesOf } from '../../support/system/mail-server.ts';
import { type NameServer, startNames } from '../../support/system/name-server.ts';
import { type RelayEndpoints, type RelayWorld, startRelayWorld } from '../../support/system/relay-world.ts';
import { type Keep, startAll, type Stoppable } from '../../support/system/start-all.ts';
import type { StandIn } from '../../support/system/smtp-stand-in.ts';
import { sendBy, type SmtpOptions } from '../../support/system/smtp.ts';
import type { Endpoint } from '../../support/system/line-client.ts';
import { fingerprint } from '../../support/fingerprint.ts';

/** A stranger. */
export const outside = 'fd00:2::1';
export const addresses = {
  delivery: { host: 'fd00:3::1', port: 2525 },
  password: { host: 'fd00:3::2', port: 2525 },
  address: { host: 'fd00:3::3', port: 2525 },
  exchanger: { host: 'fd00:3::25', port: 25 },
};
export const user1 = 'testmail@mail1.example.com';
export const user2 = 'testmail@mail2.example.com';
const testPassword = 'password123';
export const foreign = 'someone@foreign.example';
/** Local part of senders whose mail the mail servers that are no instances refuse at its end. */
export const refusedLater = 'refused.later';
const greylistingDelay = 2;

const records = [
  'mail1.example.com. MX 10 mx1.relay.example.',
  'by-password.example. MX 10 MX2.relay.example.',
  'elsewhere.example. MX 10 mx.elsewhere.example.',
  'no-exchanger.example. AAAA fd00:2::80',
  'mx1.relay.example. AAAA fd00:1::5',
  'mx2.relay.example. AAAA fd00:1::6',
  'nobody.example. TXT "v=spf1 -all"',
  'sender.example. TXT "v=spf1 ip6:fd00:2::/64 -all"',
  'client.example. TXT "v=spf1 ip6:fd00:2::/64 ?all"',
  'soft.example. TXT "v=spf1 ~all"',
  'confused.example. TXT "v=spf1 nonsense:here -all"',
  'disputed.example. MX 10 mx.elsewhere.example.',
  'proven.example. MX 10 mx.elsewhere.example.',
  'world.example. MX 10 mx.world.example.',
  'mx.world.example. AAAA fd00:3::25',
];

/** Two customers of one delivery service, which has one host and port. */
const accounts = { 'account-1': 'secret of 1', 'account-2': 'secret of 2' };
const services = {
  first: {
    ...addresses.delivery,
    user: 'account-1',
    password: accounts['account-1'],
    domains: ['mail1.example.com'],
  },
  second: {
    ...addresses.delivery,
    user: 'account-2',
    password: accounts['account-2'],
    domains: ['mail2.example.com', 'mail1.example.com', 'paid.example'],
  },
};

/** One that nothing has. */
export const noCertificate = fingerprint('AB');

export interface RelayedMail extends Stoppable {
  nameServer: NameServer;
  world: RelayWorld;
  node1: RelayEndpoints;
  node2: RelayEndpoints;
  mail1: MailServer;
  mail2: MailServer;
  delivery: StandIn;
  /** Mail server of `by-password.example`, which logs in. */
  passwordBackend: StandIn;
  /** Mail server of `by-address.example`, which is known by its address. */
  addressBackend: StandIn;
  /** MX of `world.example`, from where strangers send. */
  exchanger: StandIn;
  /** That node2 shows to the world. */
  customCertificate: TlsIdentity;
  /** Of `by-password.example`, as it was published first. */
  firstPassword: unknown;
}

/** Tests of one subject; all subjects share one cluster, which takes minutes to start. */
export type Subject = (relay: () => RelayedMail) => void;

export const pem = ({ key, cert }: TlsIdentity) => key + cert;
export const clusterParameters = (node2State: 'started' | 'stopped', certificate: string) => ({
  topology: {
    node1: { fqdn: 'mx1.relay.example' },
    node2: {
      fqdn: 'mx2.relay.example',
      state: node2State,
      'custom-inbound-certificate': certificate,
      config: {
        'refuse-spf-softfail': true,
        greylisting: {
          'greylisting-delay': greylistingDelay,
          'whitelist-recipients': ['mail2.example.com'],
        },
      },
    },
  },
  'default-relay-config': { greylisting: { enable: false }, 'proxy-map': services },
  postmaster: user1,
  'something-new': true,
});

export const startRelayedMail = (): Promise<RelayedMail> => startAll(start);

async function start(keep: Keep): Promise<Omit<RelayedMail, 'stop'>> {
  const nameServer = keep(await startNames({ records, broken: ['broken.example'] }));
  const delivery = keep(await startStandInSmtpServer({ ...addresses.delivery, passwords: accounts }));
  const passwordBackend = keep(await startStandInSmtpServer(addresses.password));
  const addressBackend = keep(
    await startStandInSmtpServer({
      ...addresses.address,
      refusalAtEnd: (source) =>
        source.includes(refusedLater) ? '5.7.1 this message is not wanted' : undefined,
    }),
  );
  const exchanger = keep(
    await startStandInSmtpServer({
      ...addresses.exchanger,
      refusal: (recipient) => (recipient.includes('unknown') ? '5.1.1 no such user' : undefined),
    }),
  );
  const customCertificate = await selfSignedIdentity('stand-in', 30);
  const world = keep(await startRelayWorld(5));
  await world.requestCluster(clusterParameters('started', pem(customCertificate)));
  for (const name of ['mail1', 'mail2']) {
    await world.requestMailServer(name, {
      'mail-domains': [`${name}.example.com`, `also-${name}.example.com`],
      'test-account': true,
    });
  }
  await requestDomains(world);
  await world.settle();
  const [node1, node2] = await world.nodes();
  if (node1 === undefined || node2 === undefined) throw new Error('the cluster hands out no two nodes');
  return {
    ...{ nameServer, world, node1, node2, delivery, passwordBackend, addressBackend, exchanger },
    customCertificate,
    mail1: endpointsOf(await world.published('mail1')),
    mail2: endpointsOf(await world.published('mail2')),
    firstPassword: (await world.published('by password'))['outbound-password'],
  };
}

async function requestDomains(world: RelayWorld): Promise<void> {
  const backend = (name: keyof typeof addresses) => ({
    'mail-server-host': addresses[name].host,
    'mail-server-port': addresses[name].port,
  });
  await world.requestDomain('by password', {
    ...{ name: 'By-Password.example.', authentication: 'password' },
    ...backend('password'),
  });
  await world.requestDomain('by address', { name: 'by-address.example', ...backend('address') });
  await world.requestDomain('paid', { name: 'paid.example', ...backend('address') });
  await world.requestDomain('first', { name: 'twice.example', ...backend('address') });
  await world.requestDomain('second', { name: 'TWICE.example', ...backend('password') });
  await world.requestDomain('elsewhere', { name: 'elsewhere.example', ...backend('address') });
  await world.requestDomain('no exchanger', { name: 'no-exchanger.example', ...backend('address') });
  for (const name of ['disputed', 'proven']) {
    await world.requestDomain(`${name} 1`, { name: `${name}.example`, ...backend('address') });
    await world.requestDomain(`${name} 2`, { name: `${name}.example`, ...backend('password') });
  }
  await world.requestDomain('broken', { name: 'broken.example', ...backend('address') });
  await world.requestDomain('impostor', {
    ...{ name: 'impostor.example', authentication: 'fingerprint' },
    ...{ fingerprints: [noCertificate], ...backend('password') },
  });
  await world.requestDomain('invalid', { name: 'invalid.example', 'mail-server-host': 'a host' });
}

/** What a message comes to. */
export const attempt = (
  endpoint: Endpoint,
  sender: string,
  recipient: string,
  options: SmtpOptions,
): Promise<string> => sendBy(endpoint, { sender, recipients: [recipient] }, options);

export const logIn = (user: string): SmtpOptions => ({ login: { user, pass: testPassword } });

/** The message with that subject, once it is in the mailbox. */
export const arrived = (server: MailServer, user: string, subject: string): Promise<string> =>
  eventually(
    `"${subject}" in the mailbox of ${user}`,
    async () =>
      (await messagesOf(server, user, testPassword)).find((text) => text.includes(`Subject: ${subject}`)),
    30_000,
  );

/** What mail1's own Postfix shows and where it speaks from. */
export async function asMail1({ world, mail1 }: RelayedMail): Promise<SmtpOptions> {
  const bundle = await world.read('mail1', 'etc/postfix/ssl/postfix-backend.bundle.pem');
  const cert = bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE-----'));
  return { identity: { key: bundle.slice(0, -cert.length), cert }, from: mail1.smtp.host };
}

/** Received headers, the oldest first, each in one line. */
export const hops = (source: string): string[] =>
  (source.split(/\r?\n\r?\n/)[0] ?? '')
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('Received:'))
    .reverse();
