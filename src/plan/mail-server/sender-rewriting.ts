/** Which addresses Postfix asks the policy process about, to rewrite senders (SRS) or to turn them back. Pure. */
import type { MailServer } from '../../model/mail-server/model.ts';
import type { PlannedFile } from '../planned.ts';

/** Domain of rewritten senders: the first mail domain. */
export function rewrittenDomain({ domains, hostName }: MailServer): string {
  return domains[0] ?? hostName;
}

/** Tables of patterns, so that Postfix asks the process only about addresses that it may rewrite. */
export function srsPatterns(model: MailServer): PlannedFile[] {
  const domain = rewrittenDomain(model).replaceAll('.', '\\.');
  const patterns = {
    // What looks like a rewritten sender.
    'srs-addresses': '/^("?srs[01]=.*)$/ $1\n',
    'srs-recipients': '/^"?srs[01]=/ srs_recipient\n',
    // Postfix looks what it got up once more, until it stays the same; parts of addresses as well.
    'srs-senders': `if !/@${domain}$/\n/^(.+@.+)$/ $1\nendif\n`,
  };
  return Object.entries(patterns).map(([name, text]) => ({
    path: `etc/postfix/${name}.regexp`,
    mode: 0o600,
    reload: 'postfix',
    body: { text },
  }));
}
