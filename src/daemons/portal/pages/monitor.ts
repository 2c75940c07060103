/** The monitor's first page: promises and their last results. */
import type { PromiseResult } from '../facts/promise-results.ts';
import { page, type PageContext } from './render.ts';
import { table } from './table.ts';

interface Results extends PageContext {
  failures: number;
  results: readonly { title: string; failed: boolean; message: string; time: string }[];
}

const resultsTable = table(
  { label: 'promises', frame: 'card flush scroll', columns: ['Promise', 'Result', 'Message', 'Checked'] },
  `{{#each results}}
<tr role="row"><th scope="row" role="rowheader">{{title}}</th>
<td role="cell" data-label="Result"><span class="tag {{#if failed}}bad{{else}}good{{/if}}">{{#if failed}}failed{{else}}kept{{/if}}</span></td>
<td role="cell" data-label="Message">{{message}}</td>
<td role="cell" data-label="Checked" class="time">{{time}}</td>
</tr>
{{/each}}`,
);

const resultsPage = page<Results>(`{{#> layout heading="Monitor" width="wide"}}
<h1 id="promises">Monitor</h1>
{{#if results}}
<p class="lead">{{#if failures}}<span class="tag bad">{{failures}} failed</span> of {{results.length}} promises.{{else}}<span class="tag good">All well</span> {{results.length}} promises are kept.{{/if}}</p>
${resultsTable}{{else}}
<p class="lead">No promise has been checked yet.</p>
{{/if}}
<p><a href="public/promises.rss">Feed of promises</a> · <a href="public/feeds">List of feeds</a> · <a href="metrics">Metrics</a></p>
{{/layout}}`);

/** Failed promises first. Times are UTC. */
export function monitorPage({ title, results }: PageContext & { results: readonly PromiseResult[] }): string {
  const rows = results.map(({ date, ...result }) => ({
    ...result,
    time: date === null ? 'unknown' : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  }));
  return resultsPage({
    title,
    failures: results.filter(({ failed }) => failed).length,
    results: rows.sort((left, right) => Number(right.failed) - Number(left.failed)),
  });
}
