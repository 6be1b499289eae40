import type { Store } from './cacheDirectory.ts';
import type { CallCounts, CallStatistics } from './callCounts.ts';
import type { CallDefaults, CallOptions } from './callOptions.ts';

/** What cached functions of one program share. */
export interface CachedProgram {
  /** Opened with the first look-up that needs it. */
  readonly store: () => Store;
  readonly statistics: CallStatistics;
  readonly defaults: CallDefaults;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A digest by which a text can be recognized, but not guessed. */
  readonly keyedDigest: (text: string) => string;
}

/** A function as `cached` takes it, whatever its arguments. */
export type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/** What a cached function is made of. */
export interface CachedParts {
  readonly fn: AnyFunction;
  readonly options: CallOptions;
  readonly counts: CallCounts;
  readonly program: CachedProgram;
}
