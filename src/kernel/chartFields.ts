import { UserError } from '../base/errors.ts';
import { nearestName } from '../data/nearestName.ts';

/** `Did you mean "origin"?`, or what there is to choose from. */
export function suggestion(name: string, names: readonly string[], what: string): string {
  const close = nearestName(name, names);
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
