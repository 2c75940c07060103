/** The administrator's table of accounts. */
import { page, type PageContext } from './render.ts';
import { table } from './table.ts';

interface Accounts extends PageContext {
  states: readonly { state: string; count: number }[];
  accounts: readonly {
    address: string;
    state: string;
    isActive: boolean;
    isWaiting: boolean;
    holder: string;
    mailbox: string;
  }[];
}

const accountsTable = table(
  {
    label: 'accounts',
    frame: 'card flush scroll',
    columns: ['Address', 'State', 'Holder', 'Mailbox folder'],
  },
  `{{#each accounts}}
<tr role="row"><th scope="row" role="rowheader">{{address}}</th>
<td role="cell" data-label="State"><span class="tag{{#if isActive}} good{{/if}}{{#if isWaiting}} attention{{/if}}">{{state}}</span></td>
<td role="cell" data-label="Holder">{{holder}}</td>
<td role="cell" data-label="Mailbox folder"><code>{{mailbox}}</code></td>
</tr>
{{/each}}`,
);

export const accountsPage = page<Accounts>(`{{#> layout heading="Accounts" width="wide"}}
<h1 id="accounts">Accounts</h1>
<ul class="counts">
{{#each states}}<li><strong>{{count}}</strong> {{state}}</li>
{{/each}}
</ul>
{{#if accounts}}
${accountsTable}{{else}}
<p class="lead">There is no account yet. Each one is requested as a shared instance.</p>
{{/if}}
{{/layout}}`);
