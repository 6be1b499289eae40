import { type Column, reader } from './columns.ts';

type Test = (value: unknown) => boolean;

/** The values that a condition may name here, by what stands in the column. */
const COMPARED: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  number: (value) => (Number.isFinite(value) ? value : undefined),
  date: (value) => (value instanceof Date ? value.getTime() : undefined),
};

/** A filter's condition on one column as a function of the row, as `filterSql` has it; null where only DuckDB can tell. */
export function conditionTest(column: Column, condition: unknown): ((row: number) => boolean) | null {
  const compared = COMPARED[column.kind];
  const test = compared && testOf(condition, compared);
  if (!test) return null;
  const read = column.kind === 'date' ? reader({ ...column, kind: 'number' }) : reader(column);
  return (row) => test(read(row));
}

function testOf(condition: unknown, compared: (value: unknown) => unknown): Test | null {
  if (condition === null) return (value) => value === null;
  const wanted = compared(condition);
  if (wanted !== undefined) return (value) => value === wanted;
  if (Array.isArray(condition))
    return anyOf(condition.map((one) => (Array.isArray(one) ? null : testOf(one, compared))));
  if (typeof condition !== 'object' || condition instanceof Date) return null;
  const { not, min, max } = condition as { readonly [name: string]: unknown }; // checked when the filter was made
  if ('not' in condition) {
    const test = testOf(not, compared);
    return test && ((value) => !test(value));
  }
  return rangeOf(min ?? null, max ?? null, compared);
}

function anyOf(tests: readonly (Test | null)[]): Test | null {
  return tests.includes(null) ? null : (value) => tests.some((test) => test!(value));
}

/** Numbers and dates alone: texts have an order of their own in DuckDB. A limit that is not set is none. */
function rangeOf(min: unknown, max: unknown, compared: (value: unknown) => unknown): Test | null {
  if (min === null && max === null) return () => true; // as a widget gives it before it is set
  const least = min === null ? Number.NEGATIVE_INFINITY : compared(min);
  const most = max === null ? Number.POSITIVE_INFINITY : compared(max);
  if (typeof least !== 'number' || typeof most !== 'number') return null;
  return (value) => typeof value === 'number' && least <= value && value <= most;
}
