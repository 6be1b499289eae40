import type { DuckDBResult, DuckDBType } from '@duckdb/node-api';
import type { Column, Columns } from './columns.ts';
import type { DuckDb } from './duckDb.ts';
import { fixedKind } from './fixedKind.ts';
import { FixedSink } from './fixedSink.ts';
import { Pace } from './pace.ts';
import type { Sink } from './sink.ts';
import { TextSink } from './textSink.ts';
import { ValueSink } from './valueSink.ts';

/** Reads a result to its end; other work gets its turn between chunks of 2,048 rows. */
export async function collect(result: DuckDBResult, duckDb: DuckDb): Promise<Columns> {
  for await (const part of collectParts(result, duckDb, Number.POSITIVE_INFINITY)) return part;
  throw new Error('A result has at least one part.'); // see below
}

/** Reads a result in parts of `rows` or a few more; the last has what is left, and a result without rows is one part. */
export async function* collectParts(result: DuckDBResult, duckDb: DuckDb, rows: number): AsyncGenerator<Columns> {
  const types = result.columnTypes();
  const names = distinctNames(result.columnNames());
  const pace = new Pace();
  for (let isFirst = true, isLast = false; !isLast; isFirst = false) {
    const sinks = types.map((type) => sinkFor(type, duckDb));
    let rowCount = 0;
    while (rowCount < rows && !isLast) {
      const chunk = await result.fetchChunk();
      isLast = !chunk?.rowCount;
      if (!chunk || isLast) break;
      for (const [column, sink] of sinks.entries()) sink.append(chunk, column);
      rowCount += chunk.rowCount;
      await pace.turn();
    }
    if (rowCount === 0 && !isFirst) return;
    const columns: Column[] = [];
    for (const [index, sink] of sinks.entries()) {
      columns.push({ name: names[index]!, type: typeName(types[index]!, duckDb), ...(await sink.finish(pace)) });
    }
    yield { rowCount, columns };
  }
}

function sinkFor(type: DuckDBType, duckDb: DuckDb): Sink {
  if (type.typeId === duckDb.api.DuckDBTypeId.VARCHAR && type.alias !== 'JSON') return new TextSink(duckDb);
  const kind = fixedKind(type, duckDb);
  return kind ? new FixedSink(kind, duckDb) : new ValueSink(type, duckDb);
}

function typeName(type: DuckDBType, { api }: DuckDb): string {
  return type.alias ?? (type.typeId === api.DuckDBTypeId.ENUM ? 'ENUM' : String(type));
}

/** Names told apart as DuckDB does it where a query is nested: `a`, `a_1`. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let count = 1; taken.has(distinct.toLowerCase()); count++) distinct = `${name}_${count}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}
