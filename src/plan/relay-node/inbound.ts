/** The Postfix service that takes mail from the world for mail servers. Pure. */
import type { RelayNode } from '../../model/relay-node/model.ts';
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
import { certificate, inboundBundle } from './certificates.ts';
import { bounceWaysSocket, policySocket } from './policy.ts';
import { inboundPostfix } from './postfix-pair.ts';
import { inboundCertificatePromises, listenPromises, relayQueueAge } from './postfix-promises.ts';
import { deliveryTransports, greetings, mainSettings, postfixFile } from './postfix-settings.ts';
import { postgreySocket } from './postgrey.ts';
import { inboundTables, tableFiles } from './tables.ts';

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

function inboundFiles(node: RelayNode): PlannedFile[] {
  const { place } = node;
  const { partition } = place;
  const location = { place, ...inboundPostfix };
  const settings = mainSettings(location, node);
  const spf = `${location.configuration}/policyd-spf.conf`;
  return [
    postfixFile(location, 'main.cf', 'inbound', {
      ...settings,
      certificate: `${partition}/${certificate.bundle}`,
      tls: postfixTls('are servers'),
      inboundCertificate: `${partition}/${inboundBundle}`,
      greylisting: node.greylisting.isOn,
      policySocket: `${partition}/${policySocket}`,
      postgreySocket: `${partition}/${postgreySocket}`,
    }),
    postfixFile(location, 'master.cf', 'inbound', {
      ...lostMailService(place),
      configurationFolder: settings.configurationFolder,
      greetings: greetings(node),
      endpoints: endpointsOf(place, 'inbound'),
      cleanupOfNotices: 'cleanup-notices',
      noticeSocket: '',
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
