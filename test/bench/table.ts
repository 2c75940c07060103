/** Results of benchmarks, as a table. */
export interface Row {
  what: string;
  value: number;
  unit: 's' | 'ms' | 's CPU' | 'µs' | 'MiB' | 'times' | 'files' | 'publications' | 'messages/s';
  /** The target, a maximum; none for figures that are only informative. */
  atMost?: number | undefined;
}

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, value, unit, atMost }) => [
    what,
    `${shown(value)} ${unit}`,
    atMost === undefined ? '' : `at most ${atMost} ${unit}`,
    atMost === undefined ? '' : value <= atMost ? 'met' : 'MISSED',
  ]);
  const header = ['', 'median', 'target', ''];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...cells].map((row) => row[column]?.length ?? 0)),
  );
  return [header, widths.map((width) => '-'.repeat(width)), ...cells]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const missed = ({ value, atMost }: Row): boolean => atMost !== undefined && !(value <= atMost);

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
