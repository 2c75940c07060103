/** The lines of a table whose columns are each as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[], indent = '  ', gap = '  '): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    (indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(gap)).trimEnd(),
  );
}
