/** The report that `npm start` prints at its end; at most 110 columns wide, except for URLs. */
import type { NodeLayout } from '../layout.ts';
import type { Findings } from './findings.ts';
import type { OpenPorts } from './open-ports.ts';
import type { ShownPath } from './paths.ts';
import { serverNames } from './scenario.ts';
import { table } from './table.ts';
import { deliveryService, demonstrationFiles } from './world.ts';

export interface Report extends Findings {
  layout: NodeLayout;
  /** Null when everything has been stopped. */
  ports: OpenPorts | null;
  stopCommand: string;
}

export function formatReport(report: Report): string {
  const { paths, ports, stopCommand } = report;
  return [
    ...paths.flatMap((path) => [...describePath(path), '']),
    'Summary',
    ...table([
      ['path', 'hops', 'seconds'],
      ...paths.map(({ title, hops, duration }) => [title, `${hops.length}`, seconds(duration)]),
    ]),
    '',
    ...serverNames.flatMap((name) => [...describeServer(report, name), '']),
    'Client certificates of the hops above; receivers know their SHA-256 fingerprints',
    ...table(Object.entries(report.fingerprints)),
    '',
    'Accounts, with the password that was set through the set-up link',
    ...table(
      report.accounts.map(({ address, password }) => [address, password ?? 'none yet: open the set-up link']),
    ),
    '',
    'Set-up links',
    ...report.accounts.flatMap(({ address, password, setupUrl }) => [
      `  ${address}, ${password === null ? 'not used yet' : 'used'}`,
      `    ${ports?.urlFromHere(setupUrl) ?? setupUrl}`,
    ]),
    '',
    'Where to look',
    ...table(placesToLook(report)),
    '',
    ports === null
      ? 'Everything is stopped; its data stays. To try the addresses above: npm start -- --keep-running'
      : `The node goes on running. Stop it with: ${stopCommand}`,
  ].join('\n');
}

function describePath({ title, attempts, hops }: ShownPath): string[] {
  return [
    title,
    ...attempts.map(
      ({ answer, since }, index) =>
        `  attempt ${index + 1}, after ${seconds(since)} s: ${answer.replace(/, see http\S+$/, '')}`,
    ),
    ...table(
      hops.map(({ from, by, protocol, tls, authentication, since }, index) => [
        `${index + 1}. ${from} → ${protocol === 'LMTP' ? 'mailbox' : by}`,
        protocol,
        tls ?? 'no TLS',
        authentication,
        since === null ? '' : `+${since} s`,
      ]),
    ),
  ];
}

function describeServer({ servers, ports }: Report, name: keyof Report['servers']): string[] {
  const published = servers[name];
  const host = String(published['imap-smtp-ipv6']);
  const at = (key: string) => {
    const port = Number(published[key]);
    const here = ports?.portOf(host, port);
    return here === undefined ? `[${host}]:${port}` : `127.0.0.1:${here}  ([${host}]:${port})`;
  };
  const url = (key: string) => {
    const inside = String(published[key]);
    return ports?.urlFromHere(inside) ?? inside;
  };
  return [
    `Mail server ${name}${ports === null ? ', in its namespace' : ', from here (and in its namespace)'}`,
    ...table([
      ['SMTP, STARTTLS', at('smtp-port')],
      ['IMAP, STARTTLS', at('imap-port')],
      ['IMAP, TLS', at('imaps-port')],
      ['web', url('webmail-url')],
      [
        'administration',
        `${url('webmail-admin-url')}  (admin / ${String(published['webmail-admin-password'])})`,
      ],
    ]),
  ];
}

function placesToLook({ layout, masterUrl, partitions, ports }: Report): string[][] {
  const asUser = process.getuid?.() === 0 ? 'runuser -u slapos-mail -- ' : '';
  return [
    ...Object.entries(partitions).map(([name, folder]) => [`files of ${name}`, folder]),
    [`mail at ${deliveryService.name} (stand-in)`, demonstrationFiles(layout).delivered],
    ['logs of SlapOS', layout.logDirectory],
    ['services and their state', `${asUser}${layout.slapos} node status`],
    ['SlapOS master', `${ports?.urlFromHere(masterUrl) ?? masterUrl}panel/`],
  ];
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);
