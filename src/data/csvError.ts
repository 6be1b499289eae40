const LONGEST = 80;

/** What DuckDB says of a CSV file that it cannot read, as one sentence with file, line and cure. */
export function csvMessage(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim());
  const file = /^ {2}file = (.*)$/m.exec(message)?.[1] ?? 'The CSV file';
  const line = /^CSV Error on Line: (\d+)/.exec(message)?.[1];
  const row = lines.find((each) => each.startsWith('Original Line: '))?.slice('Original Line: '.length);
  const problem =
    lines.find((each) => !/^(CSV Error on|Original) Line: /.test(each)) ?? 'The row is not like the others';
  const place = `${line ? ` at line ${line}` : ''}${row ? ` (${shortened(row)})` : ''}`;
  return `${file} cannot be read${place}: ${problem.replace(/\.*$/, '')}. ${adviceFor(problem)}`;
}

function adviceFor(problem: string): string {
  const aside = `{badRows: 'aside'}`;
  if (/unicode/i.test(problem)) {
    return `Give its encoding, such as load(…, {encoding: 'windows-1252'}).`;
  }
  const column = /column "([^"]+)"/.exec(problem)?.[1];
  if (column) {
    return `Give the column's type to read it as text: load(…, {types: {${JSON.stringify(column)}: 'VARCHAR'}}), or keep such rows aside: ${aside}.`;
  }
  if (/quote/i.test(problem)) return `Give {quote: ''} where quotes mean nothing, or keep such rows aside: ${aside}.`;
  return `Mend the file, or keep such rows aside: load(…, ${aside}).`;
}

function shortened(row: string): string {
  return row.length > LONGEST ? `${row.slice(0, LONGEST)}…` : row;
}
