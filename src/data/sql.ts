import type { Engine } from './engine.ts';
import { Fragment } from './fragment.ts';
import { scan } from './scan.ts';
import { Table } from './table.ts';

/** A query written as `` sql`…` ``: await it for its table, or put it into another query or a table's method. */
export class Sql<Row = Record<string, unknown>> extends Fragment implements PromiseLike<Table<Row>> {
  readonly #engine: Engine;
  #table: Promise<Table<Row>> | null = null;

  constructor(engine: Engine, texts: readonly string[], values: readonly unknown[]) {
    super(texts, values);
    this.#engine = engine;
  }

  /** Checks names and types, without reading rows, and gives the lazy table. */
  // biome-ignore lint/suspicious/noThenProperty: awaiting it is how it is used
  then<A = Table<Row>, B = never>(
    fulfilled?: ((table: Table<Row>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#table ??= this.#prepare();
    return this.#table.then(fulfilled, rejected);
  }

  async #prepare(): Promise<Table<Row>> {
    const reads = await scan(this.query, this.#engine);
    const table = new Table<Row>(this.#engine, { ...this.query, reads });
    await table.schema();
    return table;
  }
}
