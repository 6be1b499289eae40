import type { Counted } from './callCounts.ts';
import { NearObjects, type Way } from './nearObjects.ts';
import { isNear } from './nearValue.ts';
import { plainText } from './plainText.ts';
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
export interface KeptCall extends Counted {
  readonly key: string;
  /** One or two plain arguments by which it is found at once, or the way to it from an object that is the only one. */
  near: readonly unknown[] | null;
  /** The first of them. */
  first: unknown;
  way: Way<KeptCall> | null;
  /** What callers get as it is; null where each is given something of its own, or it is looked at before. */
  readonly value: unknown;
  readonly read: Reader | null;
  readonly bytes: number;
  readonly createdAt: number;
  /** Until when it is handed out as it is; from then on until `expiresAt` it is renewed behind the caller's back. */
  readonly freshUntil: number;
  readonly expiresAt: number;
  /** As far as was noticed; hits since are noticed when it is asked how much it is worth. */
  lastUsed: number;
  hitsNoticed: number;
  /** Where it stands in the list of all. */
  place: number;
}

export interface KeptCallsOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Told of each call that is dropped to make room. */
  readonly dropped: (call: KeptCall) => void;
}

const slots = 1024; // for calls with one number
const asked = 12; // of the values kept, when one must go

/** Values by the keys of their calls, within limits: what is least worth its place is dropped first. */
export class KeptCalls {
  readonly #options: KeptCallsOptions;
  readonly #kept = new Map<string, KeptCall>();
  readonly #list: KeptCall[] = [];
  /** What can be handed out as it is, by one plain argument, and by two: the shortest way there is. */
  readonly ofOne = new Map<unknown, KeptCall>();
  /** Those by numbers once more, the latest at each slot: looking there takes a third of the time. */
  readonly ofNumber: (KeptCall | undefined)[] = new Array(slots).fill(undefined);
  readonly ofTwo = new Map<unknown, Map<unknown, KeptCall>>();
  /** The same by an object that is the only argument. */
  readonly ofObject = new NearObjects<KeptCall>();
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

  put(kept: KeptCall, { args, isPlain }: KeyedCall, now: number): void {
    const { key } = kept;
    const old = this.#kept.get(key);
    if (old) this.remove(old);
    kept.place = this.#list.length;
    this.#kept.set(key, kept);
    this.#list.push(kept);
    this.#bytes += kept.bytes;
    if (isPlain && kept.read === null) this.#putNear(args, kept);
    const { maxEntries, maxBytes } = this.#options;
    while (this.#list.length > maxEntries || this.#bytes > maxBytes) this.#dropOne(kept, now);
  }

  /** Whether it was there. */
  remove(kept: KeptCall): boolean {
    const { key } = kept;
    if (this.#kept.get(key) !== kept) return false;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    const last = this.#list.pop()!;
    if (last !== kept) {
      this.#list[kept.place] = last;
      last.place = kept.place;
    }
    this.#removeNear(kept);
    return true;
  }

  clear(): void {
    this.#kept.clear();
    this.#list.length = 0;
    this.ofOne.clear();
    this.ofNumber.fill(undefined);
    this.ofTwo.clear();
    this.ofObject.clear();
    this.#bytes = 0;
  }

  #putNear(args: readonly unknown[], kept: KeptCall): void {
    const [first, second] = args;
    if (args.length === 1 && typeof first === 'object' && first !== null) {
      const isUnchanged = plainText(args) === kept.key; // since the call began
      kept.way = isUnchanged ? this.ofObject.put(first, kept) : null;
    } else if (args.length > 0 && args.length < 3 && args.every(isNear)) {
      kept.near = args;
      kept.first = first;
      if (args.length === 1) this.#putOne(first, kept);
      else this.ofTwo.set(first, (this.ofTwo.get(first) ?? new Map()).set(second, kept));
    }
  }

  #putOne(first: unknown, kept: KeptCall): void {
    this.ofOne.set(first, kept);
    if (typeof first === 'number') this.ofNumber[slotOf(first)] = kept;
  }

  #removeNear(kept: KeptCall): void {
    const { near, first, way } = kept;
    if (way) this.ofObject.remove(way);
    if (near?.length === 1) this.ofOne.delete(first);
    if (typeof first === 'number' && this.ofNumber[slotOf(first)] === kept) this.ofNumber[slotOf(first)] = undefined;
    if (near?.length !== 2) return;
    const ofFirst = this.ofTwo.get(near[0]);
    ofFirst?.delete(near[1]);
    if (ofFirst?.size === 0) this.ofTwo.delete(near[0]);
  }

  /** Drops the least worth of a few picked at random, which is nearly as good as asking all; the newest only if it is alone. */
  #dropOne(newest: KeptCall, now: number): void {
    const list = this.#list;
    let least = newest;
    let leastWorth = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < Math.min(asked, list.length); turn++) {
      const kept = list[list.length <= asked ? turn : Math.floor(Math.random() * list.length)]!;
      const worth = kept.expiresAt <= now ? -1 : worthOf(noticed(kept, now), now);
      if (kept === newest || worth > leastWorth || (worth === leastWorth && kept.lastUsed >= least.lastUsed)) continue;
      least = kept;
      leastWorth = worth;
    }
    this.remove(least);
    this.#options.dropped(least);
  }
}

/** The slot of the call with a number. */
export function slotOf(number: number): number {
  return number & (slots - 1);
}

function noticed(kept: KeptCall, now: number): KeptCall {
  if (kept.hits !== kept.hitsNoticed) kept.lastUsed = now;
  kept.hitsNoticed = kept.hits;
  return kept;
}
