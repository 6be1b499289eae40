import { UserError } from '../base/errors.ts';
import { quoteName } from './query.ts';

/** What a JavaScript value is to DuckDB, before all values of a column are taken together. */
type Kind =
  | { readonly is: 'VARCHAR' | 'BOOLEAN' | 'TIMESTAMP' | 'BLOB' | 'INTEGER' | 'BIGINT' | 'HUGEINT' | 'DOUBLE' }
  | { readonly is: 'list'; readonly of: Kind | null }
  | { readonly is: 'map'; readonly keys: Kind | null; readonly values: Kind | null }
  | { readonly is: 'struct'; readonly fields: ReadonlyMap<string, Kind | null> };

/** Values that have no type in common; objects among them can still be kept as JSON. */
class NoCommonType extends Error {
  readonly kinds: readonly [string, string];

  constructor(a: Kind, b: Kind) {
    super();
    this.kinds = [wordFor(a), wordFor(b)];
  }
}

/** The narrowest type that keeps every value of a column as it is: `JSON` where objects or lists have no shape in common. */
export function inferType(name: string, values: readonly unknown[]): string {
  try {
    let kind: Kind | null = null;
    for (const value of values) kind = merge(kind, kindOf(name, value));
    return kind ? typeText(kind) : 'VARCHAR';
  } catch (error) {
    if (!(error instanceof NoCommonType)) throw error;
    if (values.every((value) => value === undefined || typeof value === 'object')) return 'JSON';
    const kinds = error.kinds.join(' and ');
    throw new UserError(`The column "${name}" mixes ${kinds}; a column of a table holds one kind of value.`);
  }
}

/** An object as JSON text, in which whole numbers beyond 2^53 keep their digits and dates are ISO text. */
export function jsonText(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return rawJson(String(item));
    const odd = typeof item === 'number' ? !Number.isFinite(item) : item instanceof Map || ArrayBuffer.isView(item);
    if (!odd) return item;
    throw new UserError(
      `The column "${name}" holds objects of different shapes, which are kept as JSON; JSON has no ${typeof item === 'number' ? item : (item as object).constructor.name}.`,
    );
  });
}

function kindOf(name: string, value: unknown): Kind | null {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'string':
      return { is: 'VARCHAR' };
    case 'boolean':
      return { is: 'BOOLEAN' };
    case 'number':
      return { is: Number.isSafeInteger(value) && !Object.is(value, -0) ? 'INTEGER' : 'DOUBLE' };
    case 'bigint':
      return { is: BigInt.asIntN(64, value) === value ? 'BIGINT' : 'HUGEINT' };
    case 'object':
      return value && objectKind(name, value);
    default:
      throw new UserError(`The column "${name}" holds a ${typeof value}, which cannot be part of a table.`);
  }
}

function objectKind(name: string, value: object): Kind {
  if (value instanceof Date) {
    if (!Number.isNaN(value.getTime())) return { is: 'TIMESTAMP' };
    throw new UserError(`The column "${name}" holds an invalid Date.`);
  }
  if (value instanceof Uint8Array) return { is: 'BLOB' };
  const common = (items: Iterable<unknown>) => {
    let kind: Kind | null = null;
    for (const item of items) kind = merge(kind, kindOf(name, item));
    return kind;
  };
  if (Array.isArray(value)) return { is: 'list', of: common(value) };
  if (value instanceof Map) return { is: 'map', keys: common(value.keys()), values: common(value.values()) };
  return { is: 'struct', fields: new Map(Object.entries(value).map(([key, item]) => [key, kindOf(name, item)])) };
}

/** The kind that holds the values of both. */
function merge(a: Kind | null, b: Kind | null): Kind | null {
  if (a === null || b === null) return a ?? b;
  if (a.is === 'list' && b.is === 'list') return { is: 'list', of: merge(a.of, b.of) };
  if (a.is === 'map' && b.is === 'map')
    return { is: 'map', keys: merge(a.keys, b.keys), values: merge(a.values, b.values) };
  if (a.is === 'struct' && b.is === 'struct') {
    if (a.fields.size !== b.fields.size) throw new NoCommonType(a, b);
    const fields = [...a.fields].map(([key, kind]) => {
      const other = b.fields.get(key);
      if (other === undefined) throw new NoCommonType(a, b);
      return [key, merge(kind, other)] as const;
    });
    return { is: 'struct', fields: new Map(fields) };
  }
  if (a.is === b.is) return a;
  const both = new Set<string>([a.is, b.is]);
  const other = both.delete('INTEGER') && [...both][0]; // numbers that are whole fit each of the other kinds of number
  if (other === 'BIGINT' || other === 'HUGEINT' || other === 'DOUBLE') return { is: other };
  if (both.has('BIGINT') && both.has('HUGEINT')) return { is: 'HUGEINT' };
  throw new NoCommonType(a, b);
}

function typeText(kind: Kind | null): string {
  if (kind === null) return 'VARCHAR'; // nothing is known of it, as it has no value
  switch (kind.is) {
    case 'list':
      return `${typeText(kind.of)}[]`;
    case 'map':
      return `MAP(${typeText(kind.keys)}, ${typeText(kind.values)})`;
    case 'struct': {
      const names = new Set([...kind.fields.keys()].map((name) => name.toLowerCase()));
      if (names.size === 0 || names.size < kind.fields.size || names.has('')) throw new NoCommonType(kind, kind); // no STRUCT is so
      return `STRUCT(${[...kind.fields].map(([name, field]) => `${quoteName(name)} ${typeText(field)}`).join(', ')})`;
    }
    case 'INTEGER':
      return 'BIGINT';
    default:
      return kind.is;
  }
}

const WORDS: Readonly<Record<Kind['is'], string>> = {
  VARCHAR: 'text',
  BOOLEAN: 'boolean',
  TIMESTAMP: 'date',
  BLOB: 'bytes',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  HUGEINT: 'bigint',
  DOUBLE: 'number',
  list: 'list',
  map: 'Map',
  struct: 'object',
};

function wordFor({ is }: Kind): string {
  return WORDS[is];
}

/** Text that is put into JSON as it stands; younger than the types of TypeScript's library. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON: (text: string) => unknown };
