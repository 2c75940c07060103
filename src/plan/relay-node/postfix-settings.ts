/** What the two Postfix services of a node have in common. Pure. */
import type { RelayNode } from '../../model/relay-node/model.ts';
import { messageSizeSettings } from '../message-size.ts';
import type { PlannedFile } from '../planned.ts';
import { type PostfixLocation, postfixBasics } from '../postfix-service.ts';
import { outboundPostfix, type RelayService } from './postfix-pair.ts';
import { ownNames } from './postmaster.ts';

/** Bytes. Of both services; a mail server may take less, which inbound asks it. */
const messageSizeLimit = 100 * 1024 * 1024;

/** Context of both `main.cf`. */
export const mainSettings = (location: PostfixLocation, node: RelayNode) => ({
  ...postfixBasics(location),
  hostName: node.mailName,
  ...messageSizeSettings(messageSizeLimit),
  postmasterDomains: node.postmaster === null ? [] : ownNames(node),
  refusedPostmasters: node.postmaster === null ? ownNames(node) : [],
});

/** What smtpd calls itself where that is not the node's fully qualified name, which stands in all that is sent. */
export const greetings = ({ hostName, mailName }: RelayNode): string[] =>
  hostName === mailName ? [] : [hostName];

/** Both services deliver by them: the inbound one, bounces. */
export function deliveryTransports({ place, deliveryServices }: RelayNode) {
  const { configurationFolder, tableType } = postfixBasics({ place, ...outboundPostfix });
  return deliveryServices.map(({ transport, login, implicitTls }) => ({
    transport,
    tlsLevel: login === null && !implicitTls ? 'may' : 'encrypt',
    tlsFromFirstByte: implicitTls ? 'yes' : 'no',
    passwords: `${tableType}:${configurationFolder}/${transport}-password`,
  }));
}

export function postfixFile(
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
