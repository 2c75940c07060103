/** What a mail server calls itself. Pure. */
import { fullyQualified, hostNameOf } from '../../names/host-name.ts';
import type { MailServerParameters } from '../../validate/mail-server/request.ts';
import type { Place } from '../place.ts';

export interface ServerName {
  /** Fully qualified: in HELO, greetings, `MAILER-DAEMON@`, notices, Message-IDs, and in the certificate. */
  hostName: string;
  /** Where people and their programs find it; null where only its address is known. */
  clientHost: string | null;
}

/**
 * Where no name is given: the title if it is one, else the first mail domain. DNS knows that, other servers ask its SPF record
 * when a sender is empty, and mail to its postmaster reaches somebody.
 */
export function serverNameOf(
  { fqdn, 'mail-domains': [first] }: Pick<MailServerParameters, 'fqdn' | 'mail-domains'>,
  { title }: Pick<Place, 'title'>,
): ServerName {
  return { hostName: fqdn ?? fullyQualified(title) ?? first ?? hostNameOf(title), clientHost: fqdn };
}
