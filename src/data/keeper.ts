/** What a program remembers from run to run, as tables and pipelines need it; who opens the data connects it with the cache. */
export interface Keeper {
  /** What was set under a key; undefined where nothing is kept. Never throws. */
  get(key: string): Promise<unknown>;
  /** Keeps plain data and tables; `ms` is what a later `get` saves. What cannot be kept is left out. Never throws. */
  set(key: string, value: unknown, ms: number): Promise<void>;
  /** A digest of what a function does: its code, and the code and constants that it uses. */
  codeOf(fn: (...args: never[]) => unknown): Promise<string>;
  /** A digest of data; null for what cannot be told apart, such as functions. */
  digestOf(value: unknown): string | null;
}
