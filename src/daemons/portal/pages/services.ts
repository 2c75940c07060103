/** The table of settings that a mail program asks for. */
import { type AccountPages, mailServices } from '../config.ts';
import { registerPart } from './render.ts';
import { table } from './table.ts';

export interface ListedService {
  name: string;
  purpose: string;
  host: string;
  port: number;
  security: string;
}

const words = {
  imaps: { name: 'IMAP', purpose: 'Read mail (recommended)', security: 'SSL/TLS' },
  imap: { name: 'IMAP', purpose: 'Read mail', security: 'STARTTLS' },
  smtps: { name: 'SMTP', purpose: 'Send mail (recommended)', security: 'SSL/TLS' },
  smtp: { name: 'SMTP', purpose: 'Send mail', security: 'STARTTLS' },
  sieve: { name: 'ManageSieve', purpose: 'Mail filters', security: 'STARTTLS' },
} as const;

/** The services that the instance has, in the order in which people need them. */
export function listedServices(services: AccountPages['services']): ListedService[] {
  return mailServices.flatMap((service) => {
    const endpoint = services[service];
    return endpoint ? [{ ...words[service], ...endpoint }] : [];
  });
}

registerPart(
  'services',
  table(
    { label: 'settings', frame: 'scroll', columns: ['Purpose', 'Protocol', 'Server', 'Port', 'Security'] },
    `{{#each services}}
<tr role="row"><th scope="row" role="rowheader">{{purpose}}</th>
<td role="cell" data-label="Protocol">{{name}}</td>
<td role="cell" data-label="Server"><code>{{host}}</code></td>
<td role="cell" data-label="Port"><code>{{port}}</code></td>
<td role="cell" data-label="Security">{{security}}</td>
</tr>
{{/each}}`,
  ) +
    `
<p>A message may have {{messageSize.message}} MiB, which is {{messageSize.attachments}} MiB of attachments: they grow by 37 % when they are sent.</p>
`,
);
