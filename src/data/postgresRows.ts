import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../base/errors.ts';
import { type Field, toRows } from './columns.ts';
import type { Engine } from './engine.ts';
import { filterSql } from './filter.ts';
import { columnHint } from './nearestName.ts';
import type { PostgresPool } from './postgresPool.ts';
import { literalSql, valuesOf } from './postgresSql.ts';
import {
  type Digits,
  digitsSql,
  fieldOf,
  isComparable,
  isNumeric,
  type PostgresField,
  receivedAs,
  sentAs,
} from './postgresTypes.ts';
import { type Narrowing, quoteName, quoteText, type RemoteRows } from './query.ts';
import { FILE_MARK, queryText, type TextFile, textToParquet } from './textRows.ts';
import { TransientError } from './transient.ts';

/** Which rows of a PostgreSQL database: those of a query, narrowed. */
export interface PostgresSelection {
  /** A whole query, its values within. */
  readonly sql: string;
  /** What the query gives, and what is wanted of that. */
  readonly all: readonly PostgresField[];
  readonly fields: readonly PostgresField[];
  readonly conditions: readonly string[];
  readonly limit: number | null;
}

/** Nobody finds such rows again once their object is gone. */
const forgotten = new FinalizationRegistry<string>((folder) => {
  void rm(folder, { recursive: true, force: true }).catch(() => {}); // it goes when room is needed at the latest
});

/** Rows of a PostgreSQL database, brought over as text in one stream and kept as Parquet. */
export class PostgresRows implements RemoteRows {
  readonly id = randomUUID();
  readonly #engine: Engine;
  readonly #pool: PostgresPool;
  readonly #selection: PostgresSelection;
  #isFetched = false;

  constructor(engine: Engine, pool: PostgresPool, selection: PostgresSelection) {
    this.#engine = engine;
    this.#pool = pool;
    this.#selection = selection;
  }

  get fields(): readonly Field[] {
    return this.#selection.fields.map(fieldOf);
  }

  async fetch(signal?: AbortSignal): Promise<string> {
    const folder = await this.#engine.kept.folder(this.id, (draft) => this.#bring(draft, signal), signal);
    if (!this.#isFetched) forgotten.register(this, folder);
    this.#isFetched = true;
    return join(folder, 'rows.parquet');
  }

  async count(signal?: AbortSignal): Promise<number> {
    if (this.#isFetched) {
      const counted = await this.#engine.query(
        `SELECT count(*) AS n FROM read_parquet(${quoteText(await this.fetch(signal))})`,
      );
      return Number(toRows(counted)[0]!.n);
    }
    const counting = this.#pool.timed(`SELECT count(*) AS n FROM (${this.#select('SELECT 1')}) AS counted`);
    const { rows } = await this.#pool.read((client) => client.query<{ n: string }>(counting), signal);
    return Number(rows[0]!.n);
  }

  narrow({ where = {}, columns, limit }: Narrowing): PostgresRows | null {
    if (this.#isFetched) return null; // the rows at hand are of one moment, and nearer
    const { all, conditions } = this.#selection;
    const added: string[] = [];
    for (const [column, condition] of Object.entries(where)) {
      const field = this.#field(column, all);
      const { values, isRange } = valuesOf(condition);
      if (this.#selection.limit !== null || !isComparable(field, values, isRange)) return null;
      added.push(literalSql(filterSql({ [field.name]: condition })));
    }
    const fields = columns?.map((column) => this.#field(column, this.#selection.fields)) ?? this.#selection.fields;
    const least = Math.min(limit ?? Number.POSITIVE_INFINITY, this.#selection.limit ?? Number.POSITIVE_INFINITY);
    return new PostgresRows(this.#engine, this.#pool, {
      ...this.#selection,
      fields,
      conditions: [...conditions, ...added],
      limit: Number.isFinite(least) ? least : null,
    });
  }

  #field(column: string, fields: readonly PostgresField[]): PostgresField {
    const found =
      fields.find(({ name }) => name === column) ??
      fields.find(({ name }) => name.toLowerCase() === column.toLowerCase());
    if (found) return found;
    const names = fields.map(({ name }) => name);
    throw new UserError(`There is no column "${column}".${columnHint(column, names)}`);
  }

  /** The whole query, beginning as it is told. */
  #select(select: string): string {
    const { sql, all, conditions, limit } = this.#selection;
    const where = conditions.length ? ` WHERE ${conditions.join(' AND ')}` : '';
    const most = limit === null ? '' : ` LIMIT ${limit}`;
    return `${select} FROM (${sql}\n) AS q(${all.map(({ name }) => quoteName(name)).join(', ')})${where}${most}`;
  }

  async #bring(folder: string, signal: AbortSignal | undefined): Promise<void> {
    const { fields } = this.#selection;
    const text = join(folder, 'rows.csv');
    const rows = await this.#stream(
      `COPY (${this.#select(`SELECT ${[...fields.map(sentAs), 'true'].join(', ')}`)}) TO STDOUT (FORMAT csv)`,
      text,
      signal,
    );
    const digits = await this.#digits({ path: text, columns: fields.length, rows });
    const columns = fields.map((field, index) => receivedAs(field, digits[index]!));
    await textToParquet(this.#engine.database, { from: text, rows, to: join(folder, 'rows.parquet'), columns, signal });
    await rm(text);
  }

  #stream(copy: string, path: string, signal: AbortSignal | undefined): Promise<number> {
    return this.#pool.read(async (client) => {
      const { to } = (await import('pg-copy-streams')).default;
      await writeFile(path, FILE_MARK); // or the first value would lose its own
      const silence = new AbortController();
      const wait = () => setTimeout(() => silence.abort(this.#silent()), this.#pool.timeoutMs);
      let timer = wait();
      const heard = new Transform({
        transform(chunk, _, done) {
          clearTimeout(timer);
          timer = wait();
          done(null, chunk);
        },
      });
      const rows = client.query(to(copy));
      const lost = (error?: Error) => rows.destroy(error ?? new Error('the connection was lost')); // it does not notice by itself
      client.on('error', lost);
      client.on('end', lost);
      const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
      try {
        await pipeline(rows, heard, createWriteStream(path, { flags: 'a' }), { signal: stop });
        return rows.rowCount;
      } catch (error) {
        throw silence.signal.aborted ? silence.signal.reason : error;
      } finally {
        clearTimeout(timer);
        client.off('error', lost);
        client.off('end', lost);
      }
    }, signal);
  }

  #silent(): TransientError {
    const seconds = Math.round(this.#pool.timeoutMs / 1000);
    return new TransientError(
      `PostgreSQL at ${this.#pool.where} said nothing for ${seconds} s. Wait longer for it with database(url, {timeout: '10m'}), or ask for less.`,
    );
  }

  /** How many digits the numbers of each column take, where nobody said. */
  async #digits(file: TextFile): Promise<readonly (Digits | null)[]> {
    const { fields } = this.#selection;
    const asked = fields.flatMap((field, index) =>
      isNumeric(field) ? [[index, digitsSql(`c${index}`)] as const] : [],
    );
    const found = new Map<number, Digits | null>();
    if (asked.length) {
      const parts = asked.flatMap(([index, sums]) => sums.map((sum, kind) => `${sum} AS s${index}_${kind}`));
      const row = await queryText(file, async (read) => {
        const [result] = toRows(await this.#engine.query(`SELECT count(*) AS n, ${parts.join(', ')} FROM ${read}`));
        return { rows: Number(result!.n), result: result! };
      });
      for (const [index] of asked) {
        const [whole, fraction, odd] = [0, 1, 2].map((kind) => Number(row[`s${index}_${kind}`]));
        found.set(index, odd === 0 ? { whole: whole!, fraction: fraction! } : null);
      }
    }
    return fields.map((_, index) => found.get(index) ?? null);
  }
}
