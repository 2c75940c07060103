/**
 * How recipients have to be written. Dovecot is told what a message was written to, and takes no message where it cannot read
 * that: such a recipient is refused while the client is connected. Pure.
 */
import type { PlannedFile } from '../planned.ts';

const patterns = {
  // smtpd_command_filter: without a route before the address (RFC 5321, 3.6.1), and without a dot behind it.
  'plain-recipients': [
    String.raw`/^(RCPT[[:space:]]+TO:[[:space:]]*<)@[^:">]*:([^">]*[^.">])\.?(>.*)$/ $1$2$3`,
    String.raw`/^(RCPT[[:space:]]+TO:[[:space:]]*<[^">]*[^.">])\.(>.*)$/ $1$2`,
  ],
  // What needs no quotes.
  'readable-recipients': [
    "/^[A-Za-z0-9.!#$%&'*+\\/=?^_`{|}~-]+@/ DUNNO",
    '/./ 553 5.1.3 an address here has no quotes, blanks and special characters before the @',
  ],
};

export const recipientPatterns: readonly PlannedFile[] = Object.entries(patterns).map(([name, lines]) => ({
  path: `etc/postfix/${name}.regexp`,
  mode: 0o600,
  reload: 'postfix',
  body: { text: `${lines.join('\n')}\n` },
}));
