import { apart } from '../base/program.ts';
import type { Answers } from './answers.ts';
import type { Columns } from './columns.ts';
import { inlineData } from './inline.ts';
import type { Keeper } from './keeper.ts';
import { compose, type GroupsSpec, type InlineData, list, name, type Piece, type Query, text } from './query.ts';

/** A table's rows counted and summed by some columns: what many questions about groups can be answered from. */
export interface CubeSpec {
  readonly keys: readonly string[];
  /** Columns of which count, sum, least and greatest value are known, in the order in which they are laid out. */
  readonly measures: readonly Measure[];
}

export interface Measure {
  readonly column: string;
  readonly functions: readonly Part[];
}

/** What of a column can be put together from groups of groups. */
type Part = 'count' | 'sum' | 'min' | 'max';

/** What each aggregate is put together from. */
const NEEDS: Readonly<Record<string, readonly Part[]>> = {
  sum: ['sum'],
  mean: ['sum', 'count'],
  min: ['min'],
  max: ['max'],
};

/** The columns that aggregates need, with what of each; null for one that no cube can answer, such as a median. */
export function measuresOf(aggregates: readonly string[]): readonly Measure[] | null {
  const found = new Map<string, Set<Part>>();
  for (const aggregate of aggregates) {
    if (aggregate === 'count') continue;
    const { what, column } = readAggregate(aggregate);
    const needs = NEEDS[what];
    if (!needs) return null;
    const parts = found.get(column) ?? new Set();
    for (const part of needs) parts.add(part);
    found.set(column, parts);
  }
  return [...found].map(([column, parts]) => ({ column, functions: [...parts] }));
}

/** The query that makes a cube. */
export function cubeSql(source: Query, { keys, measures }: CubeSpec): Query {
  const made = measures.flatMap(({ column, functions }) =>
    functions.map((part) => compose`${text(part)}(${name(column)}) AS ${name(placeOf(column, part))}`),
  );
  const by = list(keys.map(name));
  const selected = list([...keys.map(name), compose`count(*) AS ${name(ROWS)}`, ...made]);
  return compose`SELECT ${selected} FROM (${source}\n) GROUP BY ${by} ORDER BY ${by}`;
}

/** Knows the cubes that were made, also by earlier runs, and asks them. */
export class Cubes {
  readonly #keeper: Keeper | null;
  readonly #answers: Answers;
  readonly #specs = new Map<string, Promise<readonly CubeSpec[]>>();
  readonly #data = new WeakMap<Columns, InlineData>();

  constructor(keeper: Keeper | null, answers: Answers) {
    this.#keeper = keeper;
    this.#answers = answers;
  }

  /** Notes that there is a cube of the table with this fingerprint. */
  async add(print: string, spec: CubeSpec, ms: number): Promise<void> {
    const known = await this.#known(print);
    const others = known.filter((other) => JSON.stringify(other) !== JSON.stringify(spec));
    const specs = [...others, spec].sort((a, b) => a.keys.length - b.keys.length); // the smallest that can answer does
    this.#specs.set(print, Promise.resolve(specs));
    await apart(() => this.#keeper?.set(`cubes/${print}`, specs, ms));
  }

  /** A query on a cube that gives these groups, or null where no cube can. */
  async answer(groups: GroupsSpec, prints: ReadonlyMap<Query, string>, printOf: PrintOf): Promise<Query | null> {
    const cube = await this.find(groups, prints, printOf);
    return cube && askSql(groups, this.#relation(cube));
  }

  /** A cube that these groups can be put together from, or null where there is none. */
  async find(groups: GroupsSpec, prints: ReadonlyMap<Query, string>, printOf: PrintOf): Promise<Columns | null> {
    const { filter } = groups.source;
    const source = filter?.source ?? groups.source;
    const print = prints.get(source);
    const measures = measuresOf(Object.values(groups.aggregates));
    if (!print || !measures) return null;
    const columns = [...groups.keys, ...(filter?.columns ?? [])];
    for (const spec of await this.#known(print)) {
      if (!columns.every((column) => spec.keys.includes(column)) || !has(spec.measures, measures)) continue;
      const cube = await this.#answers.peek(await printOf(cubeSql(source, spec)));
      if (cube) return cube;
    }
    return null;
  }

  #known(print: string): Promise<readonly CubeSpec[]> {
    let known = this.#specs.get(print);
    if (!known) {
      known = apart(async () => ((await this.#keeper?.get(`cubes/${print}`)) ?? []) as readonly CubeSpec[]); // set above
      this.#specs.set(print, known);
    }
    return known;
  }

  #relation(cube: Columns): Piece {
    let data = this.#data.get(cube);
    if (!data) {
      data = inlineData(cube);
      this.#data.set(cube, data);
    }
    return { kind: 'data', data };
  }
}

/** Gives the fingerprint of a query. */
export type PrintOf = (query: Query) => Promise<string>;

/** Where a cube has the number of rows of each group. */
export const ROWS = 'memoir rows';

/** Where a cube has a part of a column. */
export function placeOf(column: string, part: Part): string {
  return `memoir ${part} ${column}`;
}

/** An aggregate's function and column. */
export function readAggregate(aggregate: string): { what: string; column: string } {
  const [, what = '', column = ''] = /^\s*(\w+)\s*\((.*)\)\s*$/s.exec(aggregate) ?? [];
  return { what, column };
}

function has(known: readonly Measure[], wanted: readonly Measure[]): boolean {
  return wanted.every(({ column, functions }) => {
    const measure = known.find((other) => other.column === column);
    return measure && functions.every((part) => measure.functions.includes(part));
  });
}

function askSql({ source, keys, aggregates }: GroupsSpec, cube: Piece): Query {
  const made = Object.entries(aggregates).map(([as, aggregate]) => compose`${partSql(aggregate)} AS ${name(as)}`);
  const selected = list([...keys.map(name), ...made]);
  const rows = compose`SELECT ${selected} FROM ${cube} WHERE ${source.filter?.test ?? text('TRUE')}`;
  if (keys.length === 0) return rows;
  const by = list(keys.map(name));
  return compose`${rows} GROUP BY ${by} ORDER BY ${by}`;
}

/** An aggregate put together from those of smaller groups. Counts of nothing are 0, as when rows are counted. */
function partSql(aggregate: string): Query {
  const sum = (place: string) => compose`sum(${name(place)})`;
  if (aggregate === 'count') return compose`CAST(coalesce(${sum(ROWS)}, 0) AS BIGINT)`;
  const { what, column } = readAggregate(aggregate);
  const of = (part: Part) => placeOf(column, part);
  switch (what) {
    case 'sum':
      return sum(of('sum'));
    case 'mean':
      return compose`CAST(${sum(of('sum'))} AS DOUBLE) / ${sum(of('count'))}`;
    default:
      return compose`${text(what)}(${name(what === 'min' ? of('min') : of('max'))})`;
  }
}
