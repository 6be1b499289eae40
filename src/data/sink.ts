import type { DuckDBResult } from '@duckdb/node-api';
import type { Column } from './columns.ts';
import type { Pace } from './pace.ts';

/** Takes one column of each chunk as it comes, and gives the whole column at the end. */
export interface Sink {
  append(chunk: Chunk, column: number): void;
  finish(pace: Pace): Promise<ColumnContent>;
}

/** A column without its name and type. */
export type ColumnContent = DistributiveOmit<Column, 'name' | 'type'>;
export type Chunk = NonNullable<Awaited<ReturnType<DuckDBResult['fetchChunk']>>>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
