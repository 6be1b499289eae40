import type { Database } from './database.ts';
import type { Conversion } from './query.ts';

/** A file to be brought into `folder` in a form that DuckDB reads. */
export interface Job {
  readonly source: string;
  readonly folder: string;
  readonly options: Conversion['options'];
  readonly database: Database;
  readonly signal: AbortSignal;
}
