import { Encoder } from '../cache/encoder.ts';
import type { Captured } from '../protocol/kernel.ts';
import { type ChangeCheck, changeCheck } from './changeCheck.ts';
import { isPlainFunction } from './exportInfo.ts';
import { untracked } from './run.ts';
import { whyNot } from './whyNot.ts';

interface Watched {
  readonly value: unknown;
  readonly digest: string | null;
  readonly check: ChangeCheck | null;
}

/** Variables and private names of a cell that its functions use: what they are, and whether they are still that. */
export class HiddenState {
  readonly #read: () => Record<string, unknown>;
  readonly #before: ReadonlyMap<string, Watched>;

  constructor(read: () => Record<string, unknown>) {
    this.#read = read;
    this.#before = new Map(Object.entries(read()).map(([name, value]) => [name, watch(value)]));
  }

  get described(): Captured[] {
    return [...this.#before].map(([name, { value, digest }]) => ({
      name,
      digest,
      ...(isPlainFunction(value) && { plain: true }),
    }));
  }

  isChanged(): boolean {
    const now = this.#read();
    return [...this.#before].some(([name, { value, check }]) => !Object.is(now[name], value) || check?.isChanged());
  }
}

function watch(value: unknown): Watched {
  try {
    return untracked(() => {
      const encoder = new Encoder({ keep: false, canonical: false });
      encoder.value(value);
      const size = encoder.out.length;
      const { digest } = encoder.out.finish();
      return { value, digest, check: changeCheck(value, size, digest) };
    });
  } catch (error) {
    whyNot(error);
    return { value, digest: null, check: null };
  }
}
