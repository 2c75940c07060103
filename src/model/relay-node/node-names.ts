/** What a relay node calls itself. Pure. */
import type { RelayInput } from '../../generated/types/mail-server-relay/relay-input.ts';
import { fullyQualified, hostNameOf, isHostName, reverseName } from '../../names/host-name.ts';
import type { Place } from '../place.ts';

export interface NodeNames {
  /** In its greetings: the name that its cluster gives it, else its title. */
  hostName: string;
  /** Fully qualified, in all that it sends: HELO, `MAILER-DAEMON@`, notices, Message-IDs. */
  mailName: string;
}

/**
 * A node that was given no name sends as the cluster's `relay-domain`, which points to it among others, else as the name that
 * DNS has for its address: names of tenants are not its own.
 */
export function nodeNamesOf(
  { fqdn = '', 'relay-domain': relayDomain = '' }: Pick<RelayInput, 'fqdn' | 'relay-domain'>,
  { title, ipv6 }: Pick<Place, 'title' | 'ipv6'>,
): NodeNames {
  const kept = fqdn.replace(/[^A-Za-z0-9._-]|\.$/g, '');
  const hostName = isHostName(kept) ? kept : hostNameOf(title);
  const names = [fqdn, title, relayDomain].map((name) => fullyQualified(name));
  return { hostName, mailName: names.find((name) => name !== null) ?? reverseName(ipv6) };
}
