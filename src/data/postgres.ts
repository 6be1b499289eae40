import { UserError } from '../base/errors.ts';
import type { ConnectionStatistics } from '../protocol/database.ts';
import { isScalar } from './bind.ts';
import { distinctNames } from './collect.ts';
import type { Engine } from './engine.ts';
import { explainPostgres } from './postgresError.ts';
import { type DatabaseConnectionOptions, PostgresPool } from './postgresPool.ts';
import { PostgresRows } from './postgresRows.ts';
import { castOf, literal } from './postgresSql.ts';
import type { PostgresField } from './postgresTypes.ts';
import { compose, type Narrowing, quoteName, type Scalar } from './query.ts';
import { narrowSql, pushDown, remoteSql } from './remote.ts';
import { publishImpure } from './source.ts';
import { Table } from './table.ts';

/**
 * A PostgreSQL database, which is only read. Nothing is connected before it is needed.
 * @example
 * const shop = database(process.env.SHOP_URL, { pool: 4 });
 * const orders = await shop.table('orders', { where: { year: { min: 2020 } }, columns: ['customer', 'total'] });
 * const best = await shop.sql`SELECT customer, sum(total) AS total FROM orders WHERE total > ${100} GROUP BY 1`;
 */
export class PostgresDatabase {
  readonly #engine: Engine;
  readonly #pool: PostgresPool;

  constructor(engine: Engine, url: string, options: DatabaseConnectionOptions = {}) {
    this.#engine = engine;
    this.#pool = new PostgresPool(url, options);
  }

  /**
   * A table or view by its name, also `schema.name`. Its rows are fetched when they are first needed and stay the same from
   * then on; `where`, `columns` and `limit` choose them before they travel, here as well as in `load` and the table's verbs.
   * @throws UserError naming the nearest table or column where there is none of that name.
   */
  async table<Row = Record<string, unknown>>(name: string, options: Narrowing = {}): Promise<Table<Row>> {
    const rows = await this.#describe([`SELECT * FROM ${name.split('.').map(quoteName).join('.')}`], []);
    const { query, rest } = pushDown(remoteSql(rows), options);
    return new Table<Row>(this.#engine, rest === null ? query : narrowSql(compose`(${query})`, rest));
  }

  /** What a query in PostgreSQL's own words gives. Values are bound, and it may only read. */
  async sql<Row = Record<string, unknown>>(
    texts: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<Table<Row>> {
    const odd = values.findIndex((value) => !isScalar(value));
    if (odd >= 0) {
      const what = values[odd] instanceof Table ? 'a table, which PostgreSQL does not know' : 'not a single value';
      throw new UserError(
        `sql: the value ${odd + 1} is ${what}. Numbers, text, dates, booleans and null can be bound.`,
      );
    }
    return new Table<Row>(this.#engine, remoteSql(await this.#describe(texts, values as readonly Scalar[]))); // checked above
  }

  /** How many connections there are, and what they did. */
  stats(): ConnectionStatistics {
    return this.#pool.statistics;
  }

  /** Ends all connections. Tables keep the rows that were fetched; what is asked anew connects anew. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Has the server check a query and say what it gives. There the values are bound, so none can be more than a value. */
  async #describe(texts: readonly string[], values: readonly Scalar[]): Promise<PostgresRows> {
    publishImpure('network');
    const put = (show: (value: Scalar, index: number) => string) =>
      texts
        .map((text, index) => (index < values.length ? text + show(values[index]!, index) : text))
        .join('')
        .replace(/;\s*$/, '');
    const bound = put((value, index) => `$${index + 1}${castOf(value)}`);
    const asked = this.#pool.timed(`SELECT * FROM (${bound}\n) AS q LIMIT 0`);
    const given = values.map((value) => (typeof value === 'bigint' ? String(value) : value));
    const { fields } = await this.#pool
      .read((client) => client.query<Record<string, unknown>, unknown[]>({ ...asked, values: given }))
      .catch(async (error: unknown) => Promise.reject(await this.#withNames(error)));
    const all = distinct(
      fields.map(({ name, dataTypeID: oid, dataTypeModifier: modifier }) => ({ name, oid, modifier })),
    );
    if (all.length === 0) throw new UserError('A table needs at least one column; what was asked for has none.');
    return new PostgresRows(this.#engine, this.#pool, {
      sql: put(literal),
      all,
      fields: all,
      conditions: [],
      limit: null,
    });
  }

  /** An error that a table is missing with the name that was probably meant; any other as it is. */
  async #withNames(error: unknown): Promise<unknown> {
    const cause = error instanceof Error ? error.cause : undefined;
    if ((cause as { code?: unknown } | undefined)?.code !== '42P01') return error;
    const sql = `SELECT table_name AS name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`;
    const { rows } = await this.#pool.read((client) => client.query<{ name: string }>(sql));
    return explainPostgres(
      cause,
      this.#pool.where,
      rows.map(({ name }) => name),
    );
  }
}

/** Names told apart as DuckDB does it. */
function distinct(fields: readonly PostgresField[]): readonly PostgresField[] {
  const names = distinctNames(fields.map(({ name }) => name));
  return fields.map((field, index) => ({ ...field, name: names[index]! }));
}
