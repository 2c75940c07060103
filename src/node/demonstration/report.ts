/** What `npm start` prints at its end. */
import { type LookAround } from '../look-around.ts';
import { describeHop, type Hop } from './hops.ts';

export interface Report {
  title: string;
  connection: Readonly<Record<string, unknown>>;
  accounts: readonly { address: string; password: string; setupUrl: string }[];
  /** Title of each path that mail took, and its hops. */
  paths: readonly { title: string; hops: readonly Hop[] }[];
  partition: string;
  masterUrl: string;
  look: readonly LookAround[];
  keepsRunning: boolean;
  stopCommand: string;
}

export function formatReport(report: Report): string {
  const { connection } = report;
  const host = String(connection['imap-smtp-ipv6']);
  const port = (key: string) => String(connection[key]);
  return [
    ...report.paths.flatMap(({ title, hops }) => [
      title,
      ...hops.map((hop, index) => `  ${index + 1}. ${describeHop(hop)}`),
      '',
    ]),
    `Mail server ${report.title}`,
    ...rows([
      ['IMAP', `${host} port ${port('imap-port')} (STARTTLS), ${port('imaps-port')} (TLS)`],
      ['SMTP', `${host} port ${port('smtp-port')} (STARTTLS)`],
      ['ManageSieve', `${host} port ${port('sieve-port')} (STARTTLS)`],
      ['web', port('webmail-url')],
      ['administration', `${port('webmail-admin-url')}  (admin / ${port('webmail-admin-password')})`],
      ['SlapOS master', report.masterUrl],
      ['files', report.partition],
    ]),
    '',
    'Accounts, with the password that was set through the set-up link',
    ...rows(report.accounts.map(({ address, password }) => [address, password])),
    ...rows(report.accounts.map(({ address, setupUrl }) => [`set-up link of ${address}, used`, setupUrl])),
    '',
    'How to look',
    ...rows(report.look.map(({ purpose, command }) => [purpose, command])),
    '',
    report.keepsRunning
      ? `The node goes on running. Stop it with: ${report.stopCommand}`
      : 'The node is stopped; its data stays. Keep it running with: npm start -- --keep-running',
  ].join('\n');
}

function rows(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([label]) => label.length));
  return pairs.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}
