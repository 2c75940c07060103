/** The name that a mail server is given, in one spelling, and what is wrong with it. Pure. */
import { shown } from '../../errors.ts';
import { fullyQualified } from '../../names/host-name.ts';

/** Names that are no host's, or every host's (RFC 6761); mail to some of them has a meaning of its own here. */
const special = /\.(invalid|localhost)$/;

/** `problems`: sentences that begin with a JSON pointer. */
export function hostNameFrom(written: string | undefined): { hostName: string | null; problems: string[] } {
  if (written === undefined) return { hostName: null, problems: [] };
  const hostName = fullyQualified(written);
  if (hostName !== null && !special.test(hostName)) return { hostName, problems: [] };
  const reason = hostName === null ? 'is no fully qualified host name' : 'is a name that no server can have';
  return {
    hostName: null,
    problems: [`/fqdn: ${shown(written)} ${reason}; write one such as mail.example.com`],
  };
}
