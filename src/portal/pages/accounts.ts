/** The administrator's table of accounts. */
import { page, type PageContext } from './render.ts';

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

export const accountsPage = page<Accounts>(`{{#> layout heading="Accounts" width="wide"}}
<h1 id="accounts">Accounts</h1>
<ul class="counts">
{{#each states}}<li><strong>{{count}}</strong> {{state}}</li>
{{/each}}
</ul>
{{#if accounts}}
<div class="card flush scroll" role="region" aria-labelledby="accounts" tabindex="0">
<table role="table">
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Address</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Holder</th><th scope="col" role="columnheader">Mailbox folder</th></tr></thead>
<tbody role="rowgroup">
{{#each accounts}}
<tr role="row"><th scope="row" role="rowheader">{{address}}</th>
<td role="cell" data-label="State"><span class="tag{{#if isActive}} good{{/if}}{{#if isWaiting}} attention{{/if}}">{{state}}</span></td>
<td role="cell" data-label="Holder">{{holder}}</td>
<td role="cell" data-label="Mailbox folder"><code>{{mailbox}}</code></td>
</tr>
{{/each}}
</tbody>
</table>
</div>
{{else}}
<p class="lead">There is no account yet. Each one is requested as a shared instance.</p>
{{/if}}
{{/layout}}`);
