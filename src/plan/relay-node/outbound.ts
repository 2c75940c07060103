/** The Postfix service that takes mail from mail servers, for each other and for the world. Pure. */
import type { RelayNode } from '../../model/relay-node/model.ts';
import { delayNotices, noticeTemplate } from '../delay-notices.ts';
import { endpointsOf } from '../endpoints.ts';
import { lostMailService } from '../lost-mail.ts';
import type { Part } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import {
  postfixIdentities,
  postfixService,
  postfixServiceFolders,
  startPostfix,
} from '../postfix-service.ts';
import { postfixTls } from '../tls.ts';
import { certificate } from './certificates.ts';
import { planKnownBackends } from './known-backends.ts';
import { policySocket } from './policy.ts';
import { outboundPostfix } from './postfix-pair.ts';
import { listenPromises, relayCertificateServed, relayQueueAge } from './postfix-promises.ts';
import { deliveryTransports, greetings, mainSettings, postfixFile } from './postfix-settings.ts';
import { saslSocket } from './sasl.ts';
import { deliveryTables, outboundTables, tableFiles } from './tables.ts';

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

function outboundFiles(node: RelayNode): PlannedFile[] {
  const { place, domains } = node;
  const { partition } = place;
  const location = { place, ...outboundPostfix };
  const settings = mainSettings(location, node);
  return [
    postfixFile(location, 'main.cf', 'outbound', {
      ...settings,
      certificate: `${partition}/${certificate.bundle}`,
      tls: postfixTls('log in'),
      hasPasswords: domains.some(({ authentication }) => authentication === 'password'),
      authSocket: `${partition}/${saslSocket}`,
      policySocket: `${partition}/${policySocket}`,
    }),
    postfixFile(location, 'master.cf', 'outbound', {
      ...lostMailService(place),
      ...delayNotices(place),
      cleanupOfNotices: '',
      tableType: settings.tableType,
      configurationFolder: settings.configurationFolder,
      greetings: greetings(node),
      endpoints: endpointsOf(place, 'outbound'),
      knownBackends: planKnownBackends(domains).ownTransports,
      deliveryServices: deliveryTransports(node),
    }),
    noticeTemplate(outboundPostfix),
    ...postfixIdentities(location),
    ...tableFiles(location, { ...outboundTables(node), ...deliveryTables(node) }),
    startPostfix(location, endpointsOf(place, 'outbound')),
  ];
}
