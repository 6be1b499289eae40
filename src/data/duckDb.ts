import { messageOf, UserError } from '../base/errors.ts';

/** DuckDB's two halves: the classes, and the functions beneath that give whole vectors at once. */
export interface DuckDb {
  readonly api: typeof import('@duckdb/node-api').default;
  readonly bindings: Bindings;
}
export type Bindings = typeof import('@duckdb/node-bindings');

/** Loads DuckDB, which nothing but the first query does. */
export async function loadDuckDb(): Promise<DuckDb> {
  try {
    const [api, bindings] = await Promise.all([import('@duckdb/node-api'), import('@duckdb/node-bindings')]);
    return { api: api.default, bindings: (bindings as unknown as { default: Bindings }).default }; // CommonJS, as Node gives it
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`;
    throw new UserError(`DuckDB could not be loaded on this machine (${machine}): ${messageOf(cause)}`, { cause });
  }
}
