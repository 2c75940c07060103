/** The two Postfix services of a node. Pure. */
import type { RelayNode } from '../../model/relay-node/model.ts';
import { endpointsOf } from '../endpoints.ts';
import { lostMailService } from '../lost-mail.ts';
import { messageSizeSettings } from '../message-size.ts';
import type { Part } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import {
  type PostfixLocation,
  postfixBasics,
  postfixIdentities,
  postfixService,
  postfixServiceFolders,
  startPostfix,
} from '../postfix-service.ts';
import { postfixTls } from '../tls.ts';
import { certificate, inboundBundle } from './certificates.ts';
import { planKnownBackends } from './known-backends.ts';
import { ownNames } from './postmaster.ts';
import { bounceWaysSocket, policySocket } from './policy.ts';
import { inboundPostfix, outboundPostfix, type RelayService } from './postfix-pair.ts';
import {
  inboundCertificatePromises,
  listenPromises,
  relayCertificateServed,
  relayQueueAge,
} from './postfix-promises.ts';
import { postgreySocket } from './postgrey.ts';
import { saslSocket } from './sasl.ts';
import { deliveryTables, inboundTables, outboundTables, tableFiles } from './tables.ts';

/** Bytes. Of both services; a mail server may take less, which inbound asks it. */
const messageSizeLimit = 100 * 1024 * 1024;

export const inboundPart: Part<RelayNode> = {
  services: [
    postfixService(inboundPostfix, {
      ports: { inbound: { canonical: 10025, promise: listenPromises.inbound } },
      certificate: certificate.name,
    }),
  ],
  programs: ['policyd-spf'],
  contribute: (node) => ({
    folders: [
      ...postfixServiceFolders(inboundPostfix),
      { path: 'etc/postfix/inbound', mode: 0o700 },
      { path: 'etc/postfix/inbound/ssl', mode: 0o700 },
    ],
    files: inboundFiles(node),
    promises: [
      relayQueueAge(node.place, 'inbound'),
      ...(node.inboundCertificate === null ? [] : inboundCertificatePromises(node.place)),
    ],
  }),
};

export const outboundPart: Part<RelayNode> = {
  services: [
    postfixService(outboundPostfix, {
      ports: { outbound: { canonical: 10587, promise: listenPromises.outbound } },
      certificate: certificate.name,
    }),
  ],
  contribute: (node) => ({
    folders: [
      ...postfixServiceFolders(outboundPostfix),
      // The password of a delivery service goes with it.
      { path: 'etc/postfix/outbound', mode: 0o700, removable: /^delivery-.*-password(\..*)?$/ },
    ],
    files: outboundFiles(node),
    promises: [
      relayQueueAge(node.place, 'outbound'),
      relayCertificateServed('outbound_certificate_served', node.place, 'outbound', certificate.bundle),
    ],
  }),
};

function inboundFiles(node: RelayNode): PlannedFile[] {
  const { place } = node;
  const { partition } = place;
  const location = { place, ...inboundPostfix };
  const basics = {
    ...postfixBasics(location),
    hostName: node.mailName,
    ...messageSizeSettings(messageSizeLimit),
  };
  const spf = `${location.configuration}/policyd-spf.conf`;
  return [
    file(location, 'main.cf', 'inbound', {
      ...basics,
      certificate: `${partition}/${certificate.bundle}`,
      ...postmasterSettings(node),
      tls: postfixTls('are servers'),
      inboundCertificate: `${partition}/${inboundBundle}`,
      greylisting: node.greylisting.isOn,
      policySocket: `${partition}/${policySocket}`,
      postgreySocket: `${partition}/${postgreySocket}`,
    }),
    file(location, 'master.cf', 'inbound', {
      ...lostMailService(place),
      configurationFolder: basics.configurationFolder,
      greetings: greetings(node),
      endpoints: endpointsOf(place, 'inbound'),
      cleanupOfNotices: 'cleanup-notices',
      bounceWaysSocket: `${partition}/${bounceWaysSocket}`,
      deliveryServices: deliveryTransports(node),
      policydSpf: place.programs['policyd-spf'],
      policydSpfConfiguration: `${partition}/${spf}`,
    }),
    {
      path: `${location.configuration}/bounced-domain.regexp`,
      mode: 0o600,
      reload: location.service,
      // As bounce(8) writes it; the domain is what follows the last @.
      body: { text: '/^Final-Recipient: rfc822; .*@([^@ ]+)$/ $1\n' },
    },
    {
      path: inboundBundle,
      mode: 0o600,
      reload: location.service,
      body: { text: node.inboundCertificate ?? node.identity.bundle },
    },
    {
      path: spf,
      mode: 0o600,
      body: {
        template: 'mail-server-relay/inbound/policyd-spf.conf.hbs',
        context: { refused: node.refuseSpfSoftfail ? 'Softfail' : 'Fail' },
      },
    },
    ...postfixIdentities(location),
    ...tableFiles(location, inboundTables(node)),
    startPostfix(location, endpointsOf(place, 'inbound')),
  ];
}

function outboundFiles(node: RelayNode): PlannedFile[] {
  const { place, domains } = node;
  const { partition } = place;
  const location = { place, ...outboundPostfix };
  const basics = {
    ...postfixBasics(location),
    hostName: node.mailName,
    ...messageSizeSettings(messageSizeLimit),
  };
  return [
    file(location, 'main.cf', 'outbound', {
      ...basics,
      certificate: `${partition}/${certificate.bundle}`,
      ...postmasterSettings(node),
      tls: postfixTls('log in'),
      hasPasswords: domains.some(({ authentication }) => authentication === 'password'),
      authSocket: `${partition}/${saslSocket}`,
      policySocket: `${partition}/${policySocket}`,
    }),
    file(location, 'master.cf', 'outbound', {
      ...lostMailService(place),
      cleanupOfNotices: '',
      tableType: basics.tableType,
      configurationFolder: basics.configurationFolder,
      greetings: greetings(node),
      endpoints: endpointsOf(place, 'outbound'),
      knownBackends: planKnownBackends(domains).ownTransports,
      deliveryServices: deliveryTransports(node),
    }),
    {
      path: `${location.configuration}/bounce.cf`,
      mode: 0o600,
      reload: location.service,
      body: { template: 'shared/bounce.cf.hbs', context: {} },
    },
    ...postfixIdentities(location),
    ...tableFiles(location, { ...outboundTables(node), ...deliveryTables(node) }),
    startPostfix(location, endpointsOf(place, 'outbound')),
  ];
}

/** What smtpd calls itself where that is not the node's fully qualified name, which stands in all that is sent. */
const greetings = ({ hostName, mailName }: RelayNode): string[] => (hostName === mailName ? [] : [hostName]);

const postmasterSettings = (node: RelayNode) => ({
  postmasterDomains: node.postmaster === null ? [] : ownNames(node),
  refusedPostmasters: node.postmaster === null ? ownNames(node) : [],
});

/** Both services deliver by them: the inbound one, bounces. */
function deliveryTransports({ place, deliveryServices }: RelayNode) {
  const { configurationFolder, tableType } = postfixBasics({ place, ...outboundPostfix });
  return deliveryServices.map(({ transport, login, implicitTls }) => ({
    transport,
    tlsLevel: login === null && !implicitTls ? 'may' : 'encrypt',
    tlsFromFirstByte: implicitTls ? 'yes' : 'no',
    passwords: `${tableType}:${configurationFolder}/${transport}-password`,
  }));
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
    reload: location.service,
    body: { template: `mail-server-relay/${service}/${name}.hbs`, context },
  };
}
