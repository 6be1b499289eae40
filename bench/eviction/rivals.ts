import type { Access } from './traces.ts';

/** A cache under test: `access` says whether it was a hit, and keeps what it wants to. */
export interface Rival {
  access(access: Access): boolean;
}

export const rivals: Readonly<Record<string, (maxBytes: number) => Rival>> = {
  LRU: (maxBytes) => new Lru(maxBytes),
  LFU: (maxBytes) => new Ranked(maxBytes, ({ hits }) => hits),
  'W-TinyLFU': (maxBytes) => new TinyLfu(maxBytes),
  // Greedy dual size frequency: on top of the rank of what was dropped last.
  GDSF: (maxBytes) => new Ranked(maxBytes, ({ hits, cost, bytes }, dropped) => dropped + (hits * cost) / bytes),
};

class Lru implements Rival {
  readonly #held = new Map<number, number>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  access({ key, bytes }: Access): boolean {
    const hit = this.#held.delete(key);
    this.#held.set(key, bytes);
    if (hit) return true;
    this.#bytes += bytes;
    for (const [oldest, size] of this.#held) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#held.delete(oldest);
      this.#bytes -= size;
    }
    return false;
  }
}

interface Held {
  readonly key: number;
  readonly bytes: number;
  readonly cost: number;
  hits: number;
  rank: number;
  used: number;
}

/** Drops what ranks lowest, the least recently used of equals. */
class Ranked implements Rival {
  readonly #held = new Map<number, Held>();
  readonly #order = new Heap<Held>((a, b) => a.rank - b.rank || a.used - b.used);
  readonly #rank: (held: Held, dropped: number) => number;
  readonly #maxBytes: number;
  #bytes = 0;
  #clock = 0;
  #dropped = 0;

  constructor(maxBytes: number, rank: (held: Held, dropped: number) => number) {
    this.#maxBytes = maxBytes;
    this.#rank = rank;
  }

  access({ key, bytes, cost }: Access): boolean {
    const known = this.#held.get(key);
    const held = known ?? { key, bytes, cost, hits: 0, rank: 0, used: 0 };
    if (known) this.#order.remove(held);
    held.hits += 1;
    held.used = ++this.#clock;
    held.rank = this.#rank(held, this.#dropped);
    if (!known) {
      if (bytes > this.#maxBytes) return false;
      this.#bytes += bytes;
      while (this.#bytes > this.#maxBytes) this.#drop(this.#order.pop()!);
      this.#held.set(key, held);
    }
    this.#order.push(held);
    return known !== undefined;
  }

  #drop(held: Held): void {
    this.#held.delete(held.key);
    this.#bytes -= held.bytes;
    this.#dropped = held.rank;
  }
}

/** A window of 1 % and a main part of which 80 % is protected; who comes from the window must be more popular than who goes. */
class TinyLfu implements Rival {
  readonly #maxBytes: number;
  readonly #window = new Map<number, number>();
  readonly #probation = new Map<number, number>();
  readonly #protected = new Map<number, number>();
  readonly #counts = new Map<number, number>();
  readonly #bytes = { window: 0, probation: 0, protected: 0 };
  #accesses = 0;
  #held = 1000;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  access({ key, bytes }: Access): boolean {
    this.#count(key);
    if (this.#window.delete(key)) {
      this.#window.set(key, bytes);
      return true;
    }
    if (this.#protected.delete(key)) {
      this.#protected.set(key, bytes);
      return true;
    }
    if (this.#probation.delete(key)) {
      this.#bytes.probation -= bytes;
      this.#bytes.protected += bytes;
      this.#protected.set(key, bytes);
      while (this.#bytes.protected > this.#maxBytes * 0.99 * 0.8) this.#demote();
      return true;
    }
    this.#window.set(key, bytes);
    this.#bytes.window += bytes;
    while (this.#bytes.window > Math.max(bytes, this.#maxBytes * 0.01)) this.#admit();
    return false;
  }

  #count(key: number): void {
    this.#counts.set(key, Math.min(15, (this.#counts.get(key) ?? 0) + 1));
    this.#held = Math.max(this.#held, this.#window.size + this.#probation.size + this.#protected.size);
    if (++this.#accesses < this.#held * 10) return;
    this.#accesses = 0;
    for (const [counted, count] of this.#counts) {
      if (count < 2) this.#counts.delete(counted);
      else this.#counts.set(counted, count >> 1);
    }
  }

  #demote(): void {
    const [key, bytes] = this.#protected.entries().next().value!;
    this.#protected.delete(key);
    this.#probation.set(key, bytes);
    this.#bytes.protected -= bytes;
    this.#bytes.probation += bytes;
  }

  #admit(): void {
    const [key, bytes] = this.#window.entries().next().value!;
    this.#window.delete(key);
    this.#bytes.window -= bytes;
    const limit = this.#maxBytes * 0.99;
    while (this.#bytes.probation + this.#bytes.protected + bytes > limit) {
      const from = this.#probation.size > 0 ? 'probation' : 'protected';
      const held = from === 'probation' ? this.#probation : this.#protected;
      const victim = held.entries().next().value;
      if (!victim || (this.#counts.get(key) ?? 0) <= (this.#counts.get(victim[0]) ?? 0)) return;
      held.delete(victim[0]);
      this.#bytes[from] -= victim[1];
    }
    this.#probation.set(key, bytes);
    this.#bytes.probation += bytes;
  }
}

/** A binary heap, the lowest first, of which anything can be removed. */
class Heap<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, number>();
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#places.set(item, this.#items.length - 1);
    this.#up(this.#items.length - 1);
  }

  pop(): T | undefined {
    const [first] = this.#items;
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const at = this.#places.get(item)!;
    const last = this.#items.pop()!;
    this.#places.delete(item);
    if (last === item) return;
    this.#put(at, last);
    this.#up(at);
    this.#down(this.#places.get(last)!);
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.#compare(this.#items[at]!, this.#items[parent]!) >= 0) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      for (const child of [left, right]) {
        if (child < this.#items.length && this.#compare(this.#items[child]!, this.#items[least]!) < 0) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    this.#put(a, this.#items[b]!);
    this.#put(b, item);
  }

  #put(at: number, item: T): void {
    this.#items[at] = item;
    this.#places.set(item, at);
  }
}
