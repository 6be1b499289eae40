import { bin } from 'vega-statistics';
import { quoteName } from '../data/query.ts';
import type { Json } from './chartChannel.ts';
import { escapeField } from './chartFields.ts';
import { type Bins, binPart, isPlainBin, mostBins, unitParts } from './chartParts.ts';
import type { LazyTable, Schema } from './displayTable.ts';

/** A chart that is drawn of groups, and the table of these. */
export interface Grouped {
  readonly spec: Json;
  readonly table: LazyTable;
}

/** What differs between rows that stand for themselves and those that stand for many. */
const OPERATIONS = new Set(['count', 'sum', 'mean', 'average', 'median', 'min', 'max']);
const WHOLE = /^U?(TINY|SMALL|BIG)?INT(EGER)?$/;
const FRACTION = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const TIME = /^(DATE|TIMESTAMP( WITH TIME ZONE)?)$/;
const KEY = /^(VARCHAR|BOOLEAN|ENUM\b.*)$/s;
/** These summarize by themselves, or draw each row's own shape. */
const OWN_MARKS = /^(boxplot|errorbar|errorband|geoshape|image)$/;
/** These ask for rows that are not sent then. */
const OF_ROWS = ['params', 'transform', 'layer', 'hconcat', 'vconcat', 'concat', 'repeat', 'spec', 'projection'];

/**
 * The same chart of far fewer rows: groups, worked out by the database as the encoding says. Each group comes as one row
 * with a value of each column by which Vega-Lite makes the same groups again. Null where that would not be the same picture.
 */
export async function pushDown(spec: Json, table: LazyTable, schema: Schema): Promise<Grouped | null> {
  if (!table.derive || !table.groupBy || OF_ROWS.some((key) => key in spec)) return null;
  const { mark, encoding } = spec as { mark?: Json; encoding?: Json };
  if (!encoding || OWN_MARKS.test(String(mark?.type)) || /"unaggregated"|"content":"data"/.test(JSON.stringify(spec)))
    return null;
  const groups = new Groups(schema, spec);
  const rewritten = groups.channels(encoding);
  if (!rewritten || groups.aggregates.size === 0) return null;
  const clean = withColumns(table, groups.clean);
  const bins = await groups.bins(clean);
  if (!bins) return null;
  const parts = Object.fromEntries(bins.map((part, index) => [`memoir part ${index}`, part]));
  const keys = [...Object.keys(parts), ...groups.raw];
  const some = Object.fromEntries(groups.stretched.map((name) => [name, `min(${name})`]));
  const all = { ...some, ...Object.fromEntries(groups.aggregates) };
  return { spec: { ...spec, encoding: rewritten }, table: withColumns(clean, parts).groupBy!(...keys).aggregate(all) };
}

/** The table itself where nothing is added: a cube may answer then. */
function withColumns(table: LazyTable, columns: Readonly<Record<string, string>>): LazyTable {
  return Object.keys(columns).length ? table.derive!(columns) : table;
}

/** Which columns make the groups of a chart, and which are worked out for each. */
class Groups {
  /** By the name of the column that holds it: what is worked out. */
  readonly aggregates = new Map<string, string>();
  readonly #types: ReadonlyMap<string, string>;
  readonly #countTitle: unknown;
  readonly #keys = new Map<
    string,
    { isRaw: boolean; parts: string[]; bins: { readonly def: Json; readonly params: Json }[] }
  >();
  readonly #numbers = new Set<string>();
  readonly #later: (() => void)[] = [];

  constructor(schema: Schema, spec: Json) {
    this.#types = new Map(schema.map(({ name, type }) => [name, type]));
    this.#countTitle = (spec.config as Json | undefined)?.countTitle ?? 'Count';
  }

  /** The channels as they read the groups; null where one of them needs the rows. */
  channels(encoding: Json): Json | null {
    const made = Object.entries(encoding).map(([channel, def]) => [channel, this.#channel(channel, def)] as const);
    if (made.some(([, def]) => def === undefined)) return null;
    for (const name of this.#later) name(); // once it is known which names the keys take
    return Object.fromEntries(made);
  }

  /** Numbers as JSON carries them: what is not finite is missing there. */
  get clean(): Record<string, string> {
    const used = new Set([...this.#keys.keys(), ...this.#numbers]);
    return Object.fromEntries(
      [...used].flatMap((name) => {
        const type = this.#types.get(name)!;
        const column = quoteName(name);
        if (/^(FLOAT|DOUBLE)$/.test(type)) return [[name, `CASE WHEN isfinite(${column}) THEN ${column} END`]];
        if (/^DECIMAL/.test(type)) return [[name, `${column}::DOUBLE`]];
        return /^TIMESTAMP/.test(type) ? [[name, `date_trunc('milliseconds', ${column})`]] : [];
      }),
    );
  }

  /** Columns whose values are keys themselves. */
  get raw(): readonly string[] {
    return [...this.#keys].filter(([, { isRaw }]) => isRaw).map(([name]) => name);
  }

  /** Columns of which a stretch is a key; one value stands for all in it. */
  get stretched(): readonly string[] {
    return [...this.#keys].filter(([, { isRaw }]) => !isRaw).map(([name]) => name);
  }

  /** The keys that are worked out; null where there is nothing to be put in bins. */
  async bins(table: LazyTable): Promise<readonly string[] | null> {
    const parts = [...this.#keys.values()].flatMap((key) => key.parts);
    for (const [name, { bins }] of this.#keys) {
      if (bins.length === 0) continue;
      const [range] = await table.groupBy!()
        .aggregate({ low: `min(${name})`, high: `max(${name})` })
        .rows();
      if (!range || range.low === null) return null;
      const extent = [Number(range.low), Number(range.high)] as [number, number];
      for (const { def, params } of bins) {
        def.bin = { ...params, extent };
        parts.push(binPart(bin({ ...params, extent }) as Bins, quoteName(name)));
      }
    }
    return parts;
  }

  /** Undefined where it needs the rows. */
  #channel(channel: string, given: unknown): unknown {
    if (Array.isArray(given)) {
      const all = given.map((def) => this.#channel(channel, def));
      return all.includes(undefined) ? undefined : all;
    }
    if (typeof given !== 'object' || given === null) return given;
    const def: Json = { ...given };
    const { field, aggregate, sort } = def;
    if ('condition' in def || 'impute' in def || sort === null || (typeof sort === 'object' && 'field' in sort))
      return undefined;
    if (field === undefined && aggregate === undefined) return def;
    if (aggregate !== undefined) return this.#aggregate(def);
    const name = unescaped(field);
    const type = this.#types.get(name);
    if (type === undefined) return undefined;
    return this.#key(channel, def, name, type) ? def : undefined;
  }

  #key(channel: string, def: Json, name: string, type: string): boolean {
    const key = this.#keys.get(name) ?? { isRaw: false, parts: [], bins: [] };
    if (def.timeUnit !== undefined) {
      const parts = TIME.test(type) ? unitParts(def.timeUnit, quoteName(name)) : null;
      if (!parts || def.bin) return false;
      key.parts.push(...parts);
    } else if (isPlainBin(def.bin)) {
      if (!WHOLE.test(type) && !FRACTION.test(type)) return false;
      key.bins.push({ def, params: { maxbins: mostBins(channel), ...(def.bin === true ? {} : def.bin) } });
    } else if (def.bin && def.bin !== 'binned') return false;
    else if ([WHOLE, FRACTION, TIME, KEY].some((known) => known.test(type))) key.isRaw = true;
    else return false;
    this.#keys.set(name, key);
    return true;
  }

  #aggregate(def: Json): Json | undefined {
    const { aggregate, bin: bins, timeUnit } = def;
    if (typeof aggregate !== 'string' || !OPERATIONS.has(aggregate) || bins || timeUnit) return undefined;
    const isCount = aggregate === 'count';
    const name = isCount ? 'count' : unescaped(def.field);
    const type = this.#types.get(name) ?? '';
    const isNumber = WHOLE.test(type) || FRACTION.test(type);
    if (!isCount && !isNumber && !(TIME.test(type) && /^m(in|ax)$/.test(aggregate))) return undefined;
    if (!isCount) this.#numbers.add(name);
    const operation = aggregate === 'average' ? 'mean' : aggregate;
    const title = isCount ? this.#countTitle : `${aggregate[0]!.toUpperCase()}${aggregate.slice(1)} of ${name}`;
    const made: Json = { title, ...def, ...(isCount && { aggregate: 'sum' }) };
    const what = isCount ? 'count' : `${operation}(${name})`;
    this.#later.push(() => {
      made.field = escapeField(this.#columnFor(name, what));
    });
    return made;
  }

  /** The column that holds what is worked out, under its own name where nothing else has that. */
  #columnFor(name: string, what: string): string {
    const known = [...this.aggregates].find(([, other]) => other === what)?.[0];
    if (known !== undefined) return known;
    let column = name;
    while (this.aggregates.has(column) || this.#keys.has(column)) column += '_';
    this.aggregates.set(column, what);
    return column;
  }
}

function unescaped(field: unknown): string {
  return String(field).replace(/\\([.[\]\\])/g, '$1');
}
