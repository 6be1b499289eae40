import { UserError } from '../base/errors.ts';
import { type Aggregate, aggregateSql } from './aggregate.ts';
import { sizeOf } from './columns.ts';
import { type CubeSpec, cubeSql, measuresOf } from './cubes.ts';
import type { QueryOptions } from './database.ts';
import type { Engine } from './engine.ts';
import { fingerprint } from './fingerprint.ts';
import type { Table } from './table.ts';

/** What was worked out in advance for one list of columns. */
export interface Cube {
  readonly by: readonly string[];
  /** How many groups there are. */
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds that it took now: few where it was kept. */
  readonly ms: number;
}

type Names<Row> = keyof Row & string;

/**
 * Works out groups in advance. From then on `groupBy(…).aggregate(…)` of the same table is answered from them wherever they
 * can: for these columns or some of them, also after `where` on them.
 */
export async function precompute<Row>(
  engine: Engine,
  table: Table<Row>,
  groupBys: readonly (readonly Names<Row>[] | Names<Row>)[],
  aggregates: Readonly<Record<string, Aggregate<Names<Row>>>>,
  options: QueryOptions = {},
): Promise<readonly Cube[]> {
  const wanted = Object.values<string>(aggregates);
  for (const aggregate of wanted) aggregateSql(aggregate); // which refuses what is none
  const measures = measuresOf(wanted);
  if (!measures) {
    const other = wanted.find((aggregate) => !measuresOf([aggregate]));
    throw new UserError(
      `precompute: "${other}" cannot be put together from smaller groups. count, sum, mean, min and max can.`,
    );
  }
  const print = await fingerprint(table.query, engine);
  const cubes: Cube[] = [];
  for (const by of groupBys) {
    const keys = typeof by === 'string' ? [by] : [...by];
    if (keys.length === 0) throw new UserError('precompute: each list of columns needs at least one.');
    cubes.push(await makeCube(engine, table, print, { keys, measures }, options));
  }
  return cubes;
}

async function makeCube<Row>(
  engine: Engine,
  table: Table<Row>,
  print: string,
  spec: CubeSpec,
  options: QueryOptions,
): Promise<Cube> {
  const started = performance.now();
  const columns = await engine.answer(cubeSql(table.query, spec), { ...options, keep: true });
  const ms = performance.now() - started;
  await engine.cubes.add(print, spec, ms);
  return { by: spec.keys, rows: columns.rowCount, bytes: sizeOf(columns), ms };
}
