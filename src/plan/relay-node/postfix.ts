/** The two Postfix services of a node. Pure. */
import type { Place } from '../../model/place.ts';
import type { RelayNode } from '../../model/relay-node/relay-node.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import { endpointsOf } from '../endpoints.ts';
import {
  type PostfixLocation,
  postfixBasics,
  postfixIdentities,
  postfixServiceFolders,
  startPostfix,
} from '../postfix-service.ts';
import { planKnownBackends } from './known-backends.ts';
import { deliveryTables, inboundTables, outboundTables, tableFiles } from './tables.ts';

export type RelayService = 'inbound' | 'outbound';

export const certificateFolder = 'etc/postfix/ssl';
/** The node's own key and certificate, served inbound as well unless a custom one is given. */
export const nodeBundle = `${certificateFolder}/postfix.bundle.pem`;
export const inboundBundle = 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem';

export function relayLocation(place: Place, service: RelayService): PostfixLocation {
  return {
    place,
    configuration: `etc/postfix/${service}`,
    queue: `var/spool/${service}`,
    data: `var/lib/postfix-${service}`,
    log: `var/log/${service}-postfix.log`,
    daemon: `${service}-postfix`,
  };
}

export function relayPostfixFolders(place: Place): PlannedFolder[] {
  return [
    ...postfixServiceFolders(relayLocation(place, 'inbound')),
    ...postfixServiceFolders(relayLocation(place, 'outbound')),
    { path: 'etc/postfix/inbound', mode: 0o700 },
    { path: 'etc/postfix/inbound/ssl', mode: 0o700 },
    { path: 'etc/postfix/outbound', mode: 0o700 },
  ];
}

export function relayPostfixFiles(node: RelayNode): PlannedFile[] {
  return [...inboundFiles(node), ...outboundFiles(node)];
}

function inboundFiles(node: RelayNode): PlannedFile[] {
  const { place } = node;
  const { partition } = place;
  const location = relayLocation(place, 'inbound');
  const basics = { ...postfixBasics(location), hostName: node.hostName };
  const spf = `${location.configuration}/policyd-spf.conf`;
  return [
    file(location, 'main.cf', 'inbound', {
      ...basics,
      certificate: `${partition}/${nodeBundle}`,
      inboundCertificate: `${partition}/${inboundBundle}`,
      ownAddresses: ['127.0.0.0/8', '[::1]/128', `[${place.ipv6}]/128`].join(' '),
      greylisting: node.greylisting.enable,
      postgreySocket: `${partition}/var/run/postgrey.sock`,
    }),
    file(location, 'master.cf', 'inbound', {
      endpoints: endpointsOf(place, 'inbound'),
      policydSpf: place.programs['policyd-spf'],
      policydSpfConfiguration: `${partition}/${spf}`,
    }),
    {
      path: spf,
      mode: 0o600,
      body: { template: 'mail-server-relay/inbound/policyd-spf.conf.hbs', context: {} },
    },
    ...postfixIdentities(location),
    ...tableFiles(location.configuration, inboundTables(node)),
    startPostfix(location, endpointsOf(place, 'inbound')),
  ];
}

function outboundFiles(node: RelayNode): PlannedFile[] {
  const { place, deliveryServices, domains } = node;
  const { partition } = place;
  const location = relayLocation(place, 'outbound');
  const basics = { ...postfixBasics(location), hostName: node.hostName };
  return [
    file(location, 'main.cf', 'outbound', {
      ...basics,
      certificate: `${partition}/${nodeBundle}`,
      hasPasswords: domains.some(({ authentication }) => authentication === 'password'),
      authSocket: `${partition}/var/run/sasl/auth-postfix`,
      policySocket: `${partition}/var/run/policy.sock`,
    }),
    file(location, 'master.cf', 'outbound', {
      tableType: basics.tableType,
      configurationFolder: basics.configurationFolder,
      endpoints: endpointsOf(place, 'outbound'),
      knownBackends: planKnownBackends(domains).ownTransports,
      deliveryServices: deliveryServices.map(({ transport, login }) => ({
        transport,
        tlsLevel: login === null ? 'may' : 'encrypt',
      })),
    }),
    ...postfixIdentities(location),
    ...tableFiles(location.configuration, { ...outboundTables(node), ...deliveryTables(node) }),
    startPostfix(location, endpointsOf(place, 'outbound')),
  ];
}

function file(
  location: PostfixLocation,
  name: string,
  service: RelayService,
  context: Readonly<Record<string, unknown>>,
): PlannedFile {
  return {
    path: `${location.configuration}/${name}`,
    mode: 0o600,
    reload: location.daemon,
    body: { template: `mail-server-relay/${service}/${name}.hbs`, context },
  };
}
