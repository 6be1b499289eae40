import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { narrowed } from './columns.ts';
import type { DuckDb } from './duckDb.ts';
import type { Chunk, ColumnContent, Sink } from './sink.ts';
import { ValidityBits } from './validityBits.ts';

/** Takes values of every other type one by one: decimals, wide integers, lists, structures, bytes, JSON. */
export class ValueSink implements Sink {
  readonly #isJson: boolean;
  readonly #duckDb: DuckDb;
  readonly #values: unknown[] = [];

  constructor(type: DuckDBType, duckDb: DuckDb) {
    this.#isJson = type.alias === 'JSON';
    this.#duckDb = duckDb;
  }

  append(chunk: Chunk, column: number): void {
    for (const value of chunk.getColumnValues(column)) {
      this.#values.push(this.#isJson && typeof value === 'string' ? JSON.parse(value) : toJs(value, this.#duckDb));
    }
  }

  finish(): ColumnContent {
    const values = this.#values;
    const bits = new ValidityBits();
    bits.appendKnown(values.map((value) => value !== null));
    const validity = bits.finish();
    const all = (type: string) => !this.#isJson && values.every((value) => value === null || typeof value === type);
    if (values.some((value) => value !== null)) {
      if (all('number')) return { kind: 'number', values: Float64Array.from(values, Number), validity };
      if (all('string')) return { ...encoded(values.map(String)), validity };
    }
    return { kind: 'other', values, validity };
  }
}

/** A value of DuckDB's as JavaScript would have it; what has no counterpart becomes text. */
function toJs(value: DuckDBValue, duckDb: DuckDb): unknown {
  const { api } = duckDb;
  const inner = (item: DuckDBValue) => toJs(item, duckDb);
  if (typeof value === 'bigint') return narrowed(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof api.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof api.DuckDBDateValue) return new Date(value.days * 86_400_000);
  if (value instanceof api.DuckDBTimestampValue) return new Date(Number(value.micros) / 1_000);
  if (value instanceof api.DuckDBTimestampTZValue) return new Date(Number(value.micros) / 1_000);
  if (value instanceof api.DuckDBTimestampSecondsValue) return new Date(Number(value.seconds) * 1_000);
  if (value instanceof api.DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis));
  if (value instanceof api.DuckDBTimestampNanosecondsValue) return new Date(Number(value.nanos) / 1_000_000);
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

function encoded(texts: readonly string[]): { kind: 'string'; codes: Uint32Array; dictionary: string[] } {
  const codes = new Map<string, number>();
  for (const text of texts) if (!codes.has(text)) codes.set(text, codes.size);
  return { kind: 'string', codes: Uint32Array.from(texts, (text) => codes.get(text)!), dictionary: [...codes.keys()] };
}
