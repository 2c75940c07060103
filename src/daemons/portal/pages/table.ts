/** The frame of a table, as text of a template. The roles stand for themselves: the style sheet makes blocks of rows. */

export interface TableFrame {
  /** Id of the heading that names it. */
  label: string;
  /** Classes of what scrolls when the window is narrower. */
  frame: string;
  columns: readonly string[];
}

/** A table with these rows, a template. */
export function table({ label, frame, columns }: TableFrame, rows: string): string {
  const headings = columns.map((column) => `<th scope="col" role="columnheader">${column}</th>`).join('');
  return `<div class="${frame}" role="region" aria-labelledby="${label}" tabindex="0">
<table role="table">
<thead role="rowgroup"><tr role="row">${headings}</tr></thead>
<tbody role="rowgroup">
${rows}
</tbody>
</table>
</div>
`;
}
