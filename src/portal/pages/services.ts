/** The table of settings that a mail program asks for. */
import { mailServices, type PortalConfig } from '../config.ts';
import { registerPart } from './render.ts';

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
export function listedServices(services: PortalConfig['services']): ListedService[] {
  return mailServices.flatMap((service) => {
    const endpoint = services[service];
    return endpoint ? [{ ...words[service], ...endpoint }] : [];
  });
}

registerPart(
  'services',
  `<div class="scroll" role="region" aria-labelledby="settings" tabindex="0">
<table role="table">
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Purpose</th><th scope="col" role="columnheader">Protocol</th><th scope="col" role="columnheader">Server</th><th scope="col" role="columnheader">Port</th><th scope="col" role="columnheader">Security</th></tr></thead>
<tbody role="rowgroup">
{{#each services}}
<tr role="row"><th scope="row" role="rowheader">{{purpose}}</th>
<td role="cell" data-label="Protocol">{{name}}</td>
<td role="cell" data-label="Server"><code>{{host}}</code></td>
<td role="cell" data-label="Port"><code>{{port}}</code></td>
<td role="cell" data-label="Security">{{security}}</td>
</tr>
{{/each}}
</tbody>
</table>
</div>
`,
);
