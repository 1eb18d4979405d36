/** Rows as columns, two spaces between them. `figures`: all columns but the first are, and end below each other. */
export function table(rows: readonly (readonly string[])[], { figures = false } = {}): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cells = (row: readonly string[]): string[] =>
    row.map((cell, column) =>
      figures && column > 0 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
  return `${rows.map((row) => cells(row).join("  ").trimEnd()).join("\n")}\n`;
}
