import { worthOf } from './policy.ts';
import type { Reader } from './sharedValue.ts';

/** A call with what its value is kept under. */
export interface KeyedCall {
  readonly key: string;
  readonly args: readonly unknown[];
  /** Whether the arguments as they are make the key. */
  readonly isPlain: boolean;
  compute(): unknown;
}

/** What was kept of one call. Times are milliseconds, since 1970 where they are points. */
export interface KeptCall {
  readonly key: string;
  /** One or two plain arguments by which it is found at once. */
  readonly near: readonly unknown[] | null;
  /** What callers get as it is; null where each is given something of its own, or it is looked at before. */
  readonly value: unknown;
  readonly read: Reader | null;
  readonly bytes: number;
  readonly savedMs: number;
  readonly createdAt: number;
  /** Until when it is handed out as it is; from then on until `expiresAt` it is renewed behind the caller's back. */
  readonly freshUntil: number;
  readonly expiresAt: number;
  hits: number;
  lastUsed: number;
  /** Where it stands in the list of all. */
  place: number;
}

export interface KeptCallsOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Told of each call that is dropped to make room. */
  readonly dropped: (call: KeptCall) => void;
}

const asked = 12; // of the values kept, when one must go
const longestNear = 100;

/** Values by the keys of their calls, within limits: what is least worth its place is dropped first. */
export class KeptCalls {
  readonly #options: KeptCallsOptions;
  readonly #kept = new Map<string, KeptCall>();
  readonly #list: KeptCall[] = [];
  readonly #ofOne = new Map<unknown, KeptCall>();
  readonly #ofTwo = new Map<unknown, Map<unknown, KeptCall>>();
  #bytes = 0;

  constructor(options: KeptCallsOptions) {
    this.#options = options;
  }

  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#bytes };
  }

  get(key: string): KeptCall | undefined {
    return this.#kept.get(key);
  }

  /** What is kept for one or two plain arguments and can be handed out as it is: the shortest way there is. */
  near(args: readonly unknown[]): KeptCall | undefined {
    if (args.length === 1) return this.#ofOne.get(args[0]);
    return args.length === 2 ? this.#ofTwo.get(args[0])?.get(args[1]) : undefined;
  }

  put(kept: KeptCall, now: number): void {
    const { key, near } = kept;
    const old = this.#kept.get(key);
    if (old) this.remove(old);
    kept.place = this.#list.length;
    this.#kept.set(key, kept);
    this.#list.push(kept);
    this.#bytes += kept.bytes;
    if (near) this.#putNear(near, kept);
    const { maxEntries, maxBytes } = this.#options;
    while (this.#list.length > maxEntries || this.#bytes > maxBytes) this.#dropOne(kept, now);
  }

  /** Whether it was there. */
  remove(kept: KeptCall): boolean {
    const { key, near } = kept;
    if (this.#kept.get(key) !== kept) return false;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    const last = this.#list.pop()!;
    if (last !== kept) {
      this.#list[kept.place] = last;
      last.place = kept.place;
    }
    if (near) this.#removeNear(near, kept);
    return true;
  }

  clear(): void {
    this.#kept.clear();
    this.#list.length = 0;
    this.#ofOne.clear();
    this.#ofTwo.clear();
    this.#bytes = 0;
  }

  #putNear(args: readonly unknown[], kept: KeptCall): void {
    if (args.length === 1) this.#ofOne.set(args[0], kept);
    if (args.length !== 2) return;
    const ofFirst = this.#ofTwo.get(args[0]);
    if (ofFirst) ofFirst.set(args[1], kept);
    else this.#ofTwo.set(args[0], new Map([[args[1], kept]]));
  }

  #removeNear(args: readonly unknown[], kept: KeptCall): void {
    if (this.#ofOne.get(args[0]) === kept) this.#ofOne.delete(args[0]);
    const ofFirst = this.#ofTwo.get(args[0]);
    if (ofFirst?.get(args[1]) === kept) ofFirst.delete(args[1]);
    if (ofFirst?.size === 0) this.#ofTwo.delete(args[0]);
  }

  /** Drops the least worth of a few picked at random, which is nearly as good as asking all; the newest only if it is alone. */
  #dropOne(newest: KeptCall, now: number): void {
    const list = this.#list;
    let least = newest;
    let leastWorth = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < Math.min(asked, list.length); turn++) {
      const kept = list[list.length <= asked ? turn : Math.floor(Math.random() * list.length)]!;
      const worth = kept.expiresAt <= now ? -1 : worthOf(kept, now);
      if (kept === newest || worth > leastWorth || (worth === leastWorth && kept.lastUsed >= least.lastUsed)) continue;
      least = kept;
      leastWorth = worth;
    }
    this.remove(least);
    this.#options.dropped(least);
  }
}

/** The arguments of a call if a Map finds it by them. */
export function nearOf({ args, isPlain }: KeyedCall): readonly unknown[] | null {
  return isPlain && args.length > 0 && args.length < 3 && args.every(isNear) ? args : null;
}

/** Whether a Map finds exactly this argument by itself: 0 and -0 are one to it. */
function isNear(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longestNear;
  return (
    value !== 0 &&
    typeof value !== 'function' &&
    typeof value !== 'symbol' &&
    (typeof value !== 'object' || value === null)
  );
}
