import type { DuckDBDecimalType, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { narrowed } from './columns.ts';
import { decimalValue } from './decimal.ts';
import { Dictionary } from './dictionary.ts';
import type { DuckDb } from './duckDb.ts';
import { inStretches, type Pace } from './pace.ts';
import type { Chunk, ColumnContent, Sink } from './sink.ts';
import { ValidityBits } from './validityBits.ts';

/** Takes values of every other type one by one: decimals, wide integers, lists, structures, bytes, JSON. */
export class ValueSink implements Sink {
  readonly #type: DuckDBType;
  readonly #duckDb: DuckDb;
  readonly #values: unknown[] = [];

  constructor(type: DuckDBType, duckDb: DuckDb) {
    this.#type = type;
    this.#duckDb = duckDb;
  }

  append(chunk: Chunk, column: number): void {
    const isJson = this.#type.alias === 'JSON';
    for (const value of chunk.getColumnValues(column)) {
      this.#values.push(isJson && typeof value === 'string' ? parseJson(value) : toJs(value, this.#duckDb));
    }
  }

  async finish(pace: Pace): Promise<ColumnContent> {
    const values = this.#values;
    const bits = new ValidityBits();
    const kinds = new Set<string>();
    await inStretches(values.length, pace, (start, end) => {
      const stretch = values.slice(start, end);
      bits.appendKnown(stretch.map((value) => value !== null));
      for (const value of stretch) if (value !== null) kinds.add(value instanceof Date ? 'date' : typeof value);
    });
    const validity = await bits.finish(pace);
    if (kinds.size === 0 || this.#type.alias === 'JSON') return { kind: 'other', values, validity };
    if ([...kinds].every((kind) => kind === 'number')) {
      const numbers = new Float64Array(values.length);
      await inStretches(values.length, pace, (start, end) => {
        for (let row = start; row < end; row++) numbers[row] = Number(values[row] ?? 0);
      });
      return { kind: 'number', values: numbers, validity };
    }
    if (kinds.has('string')) return { ...(await this.#texts(pace)), validity };
    return { kind: 'other', values, validity };
  }

  /** Texts, or decimals of which one needs its text: then all are written out alike. */
  async #texts(pace: Pace): Promise<ReturnType<Dictionary['content']>> {
    const { typeId } = this.#type;
    const scale = typeId === this.#duckDb.api.DuckDBTypeId.DECIMAL ? (this.#type as DuckDBDecimalType).scale : null; // told by its id
    const texts = new Dictionary(this.#values.length);
    await inStretches(this.#values.length, pace, (start, end) => {
      for (let row = start; row < end; row++) {
        const value = this.#values[row];
        if (value === null) continue;
        texts.set(row, scale !== null && typeof value === 'number' ? value.toFixed(scale) : String(value));
      }
    });
    return texts.content();
  }
}

/** A value of DuckDB's as JavaScript would have it; what has no counterpart becomes text. */
function toJs(value: DuckDBValue, duckDb: DuckDb): unknown {
  const { api } = duckDb;
  const inner = (item: DuckDBValue) => toJs(item, duckDb);
  if (typeof value === 'bigint') return narrowed(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof api.DuckDBDecimalValue) return decimalValue(value.value, value.scale);
  if (value instanceof api.DuckDBDateValue) return new Date(value.days * 86_400_000);
  if (value instanceof api.DuckDBTimestampValue) return new Date(Number(value.micros) / 1_000);
  if (value instanceof api.DuckDBTimestampTZValue) return new Date(Number(value.micros) / 1_000);
  if (value instanceof api.DuckDBTimestampSecondsValue) return new Date(Number(value.seconds) * 1_000);
  if (value instanceof api.DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis));
  if (value instanceof api.DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof api.DuckDBListValue || value instanceof api.DuckDBArrayValue) return value.items.map(inner);
  if (value instanceof api.DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, inner(item)]));
  }
  if (value instanceof api.DuckDBMapValue)
    return new Map(value.entries.map((entry) => [inner(entry.key), inner(entry.value)]));
  if (value instanceof api.DuckDBUnionValue || value instanceof api.DuckDBVariantValue) return inner(value.value);
  return String(value);
}

/** JSON in which whole numbers beyond 2^53 stay what they are. */
function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const exact = (_key: string, value: unknown, { source }: { readonly source?: string }) =>
    typeof value === 'number' && /^-?\d+$/.test(source ?? '') && !Number.isSafeInteger(value) ? BigInt(source!) : value;
  return (JSON.parse as (text: string, reviver: typeof exact) => unknown)(text, exact); // the third argument is younger than its type
}
