import { UserError } from '../base/errors.ts';

/** The name of `names` that is spelled most like `name`, or null when none is alike. */
export function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `Did you mean "origin"?`, or what there is to choose from. */
export function suggestion(name: string, names: readonly string[], what: string): string {
  const close = nearest(name, names);
  if (close !== null) return `Did you mean "${close}"?`;
  const some = names.slice(0, 12).join(', ');
  return names.length === 0 ? `The data has no ${what}.` : `Its ${what} are ${some}${names.length > 12 ? ', …' : ''}.`;
}

/** @throws UserError when a part of the specification names a column that the data does not have */
export function checkFields(part: unknown, columns: readonly string[]): void {
  if (Array.isArray(part)) for (const item of part) checkFields(item, columns);
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === 'field' && typeof value === 'string') checkField(value, columns);
    else if (typeof value === 'object') checkFields(value, columns);
  }
}

/** A column's name as Vega-Lite reads it back: dots and brackets there mean nesting. */
export function escapeField(column: string): string {
  return column.replace(/[.[\]\\]/g, '\\$&');
}

function checkField(field: string, columns: readonly string[]): void {
  const column = field.replace(/\\([.[\]\\])/g, '$1');
  const outer = /^(?:\\.|[^.[\\])*/.exec(field)?.[0].replace(/\\(.)/g, '$1') ?? field; // `place.city` is inside `place`
  if (columns.includes(column) || columns.includes(outer)) return;
  throw new UserError(
    `The chart names the column "${column}", which the data does not have. ${suggestion(column, columns, 'columns')}`,
  );
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same));
    }
    previous = row;
  }
  return previous[b.length]!;
}
