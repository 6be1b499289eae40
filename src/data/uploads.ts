import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import type { DuckDb } from './duckDb.ts';
import { Pace } from './pace.ts';
import { type InlineData, quoteName } from './query.ts';
import { stagedType, toDuckDb } from './toDuckDb.ts';

const CHUNK_ROWS = 2_048;

/** Keeps the rows that the program gave as tables of DuckDB for as long as the program holds them. */
export class Uploads {
  readonly #connection: DuckDBConnection;
  readonly #duckDb: DuckDb;
  readonly #tables = new WeakMap<InlineData, Promise<string>>();
  readonly #forgotten = new FinalizationRegistry<string>((table) => this.#drop(table));
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;
  #closed = false;

  private constructor(connection: DuckDBConnection, duckDb: DuckDb) {
    this.#connection = connection;
    this.#duckDb = duckDb;
  }

  static async create(connection: DuckDBConnection, duckDb: DuckDb): Promise<Uploads> {
    await connection.run('CREATE SCHEMA memoir');
    return new Uploads(connection, duckDb);
  }

  /** The table that holds `data`, made on first use. */
  tableFor(data: InlineData): Promise<string> {
    let table = this.#tables.get(data);
    if (!table) {
      table = this.#inTurn(() => this.#upload(data));
      this.#tables.set(data, table);
      table.catch(() => this.#tables.delete(data));
    }
    return table;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    this.#connection.closeSync();
  }

  async #upload(data: InlineData): Promise<string> {
    this.#count += 1;
    const name = `rows_${this.#count}`;
    const types = await this.#create(name, data.columns);
    const staged = types.map((type) => stagedType(type, this.#duckDb));
    const isStaged = staged.some((type, index) => type !== types[index]);
    const target = isStaged ? `${name}_text` : name;
    if (isStaged)
      await this.#create(
        target,
        data.columns.map((column, index) => ({ ...column, type: String(staged[index]) })),
      );
    await this.#append(target, data, staged);
    if (isStaged) {
      await this.#connection.run(`INSERT INTO memoir.${name} FROM memoir.${target}`);
      await this.#connection.run(`DROP TABLE memoir.${target}`);
    }
    this.#forgotten.register(data, name);
    return `memoir.${name}`;
  }

  /** Makes an empty table, and gives the types of its columns as DuckDB understood them. */
  async #create(name: string, columns: InlineData['columns']): Promise<readonly DuckDBType[]> {
    const written = columns.map((column) => `${quoteName(column.name)} ${column.type}`);
    await this.#connection.run(`CREATE TABLE memoir.${name} (${written.join(', ')})`);
    return (await this.#connection.run(`FROM memoir.${name}`)).columnTypes();
  }

  /** Adds the rows chunk by chunk; a large array does not hold up everything else. */
  async #append(name: string, data: InlineData, types: readonly DuckDBType[]): Promise<void> {
    const appender = await this.#connection.createAppender(name, 'memoir');
    const pace = new Pace();
    for (let start = 0; start < data.rowCount; start += CHUNK_ROWS) {
      appender.appendDataChunk(this.#chunk(data, types, start, Math.min(CHUNK_ROWS, data.rowCount - start)));
      await pace.turn();
    }
    appender.closeSync();
  }

  #chunk(data: InlineData, types: readonly DuckDBType[], start: number, count: number) {
    const chunk = this.#duckDb.api.DuckDBDataChunk.create(types, count);
    for (const [index, column] of data.columns.entries()) {
      const values = Array.from({ length: count }, (_, row) =>
        toDuckDb(column.values[start + row], types[index]!, this.#duckDb),
      );
      chunk.setColumnValues(index, values);
    }
    return chunk;
  }

  #drop(name: string): void {
    void this.#inTurn(async () => {
      if (!this.#closed) await this.#connection.run(`DROP TABLE memoir.${name}`);
    }).catch(() => {}); // it goes with the database at the latest
  }

  /** One connection does one thing at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {}); // the one who uploads hears; the next one begins all the same
    return turn;
  }
}
