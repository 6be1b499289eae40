import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Runs V8's garbage collector, among the young objects alone where it is told so. */
type Collect = (options?: { readonly type: 'minor' }) => void;

let collect: Collect | null = null;

/** V8's garbage collector, which nothing else in the program gets to see. */
export function collector(): Collect {
  if (collect) return collect;
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as Collect; // what the flag exposes
  setFlagsFromString('--no-expose-gc');
  return collect;
}
