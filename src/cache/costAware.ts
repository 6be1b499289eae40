export interface CostAwareLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

interface Held {
  readonly key: string;
  bytes: number;
  cost: number;
  /** Where it is in `#main`; -1 in the window. */
  at: number;
  /** Tells which of several was used last. */
  used: number;
}

const agedAfter = 15; // look-ups per entry, after which the times that keys were asked for count half
const looked = 32; // entries, among which the one to go is sought
const startShare = 0.05;
const [leastShare, mostShare] = [0.01, 0.8];

/**
 * Decides what stays within limits: what saves most time for its size. What comes new first lies in a window, where the
 * latest used stays; from there it gets into the main part only in place of what is worth less, by how often either was asked
 * for lately (also while it was not held), what it costs and how large it is. How large the window is follows from what saves more.
 */
export class CostAware {
  readonly #limits: CostAwareLimits;
  readonly #held = new Map<string, Held>();
  readonly #window = new Map<string, Held>();
  readonly #main: Held[] = [];
  #bytes = 0;
  #windowBytes = 0;
  #asked = new Map<string, number>();
  #askedBefore = new Map<string, number>();
  #askedSince = 0;
  #share = startShare;
  #step = 0.0625;
  #saved = 0;
  #savedBefore = 0;
  #lookUps = 0;
  #lately = 0;
  #hits = 0;
  #missedAgain = 0;
  #usualRate = 0;
  #uses = 0;
  #seed = 1;

  constructor(limits: CostAwareLimits) {
    this.#limits = limits;
  }

  keys(): Iterable<string> {
    return this.#held.keys();
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Notes that an entry was used. */
  use(key: string): void {
    this.#count(key);
    const held = this.#held.get(key);
    if (!held) return;
    this.#saved += held.cost;
    this.#hits += 1;
    held.used = ++this.#uses;
    if (held.at >= 0) return;
    this.#window.delete(key);
    this.#window.set(key, held);
  }

  /** Takes an entry in that was asked for some times; gives the keys that must go, which may be its own. */
  add(key: string, bytes: number, cost: number, times = 1): string[] {
    this.delete(key);
    if (this.#asked.has(key) && !this.#askedBefore.has(key)) this.#missedAgain += 1;
    this.#count(key, times);
    if (bytes > this.#limits.maxBytes) return [key];
    const held: Held = { key, bytes, cost, at: -1, used: ++this.#uses };
    this.#held.set(key, held);
    this.#window.set(key, held);
    this.#bytes += bytes;
    this.#windowBytes += bytes;
    return this.#makeRoom();
  }

  /** What must go for everything to fit into so much of the limits. */
  shrink(share: number): string[] {
    const gone: string[] = [];
    this.#shrink(gone, null, share);
    return gone;
  }

  delete(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#bytes -= held.bytes;
    if (held.at >= 0) this.#removeMain(held);
    else this.#removeWindow(held);
  }

  #makeRoom(): string[] {
    const gone: string[] = [];
    while (this.#isWindowFull()) {
      const [candidate] = this.#window.values();
      this.#removeWindow(candidate!);
      this.#putMain(candidate!);
      this.#shrink(gone, candidate!);
    }
    this.#shrink(gone, null);
    return gone;
  }

  #isWindowFull(): boolean {
    const { maxBytes, maxEntries } = this.#limits;
    const isLarge = this.#windowBytes > this.#share * maxBytes || this.#window.size > this.#share * maxEntries;
    return isLarge && this.#window.size > 1;
  }

  /** Drops what is worth least until all fits; `candidate` itself where nothing worth less gives it its place. */
  #shrink(gone: string[], candidate: Held | null, share = 1): void {
    const { maxBytes, maxEntries } = this.#limits;
    while (this.#bytes > share * maxBytes || this.#held.size > share * maxEntries) {
      const victim = this.#leastWorth(candidate) ?? this.#window.values().next().value;
      if (!victim) return;
      const goes =
        candidate && candidate.at >= 0 && this.#worth(candidate) < this.#worth(victim, true) ? candidate : victim;
      gone.push(goes.key);
      this.delete(goes.key);
    }
  }

  #leastWorth(except: Held | null): Held | undefined {
    let least: Held | undefined;
    let leastWorth = Number.POSITIVE_INFINITY;
    const count = Math.min(looked, this.#main.length);
    for (let look = 0; look < count; look += 1) {
      const at = this.#main.length <= looked ? look : this.#random(this.#main.length);
      const held = this.#main[at]!;
      if (held === except) continue;
      const worth = this.#worth(held);
      if (worth > leastWorth || (worth === leastWorth && least && least.used < held.used)) continue;
      [least, leastWorth] = [held, worth];
    }
    return least;
  }

  /**
   * Time that the next use is likely to save, per byte. What has its place is favoured by one use, so that equals do not
   * take turns; but as long as little is known, the newer of two that were asked for once comes first.
   */
  #worth({ key, cost, bytes }: Held, hasPlace = false): number {
    const times = this.#timesAsked(key);
    const isUnknown = times <= 1 && this.#uses < 1000;
    const favour = hasPlace && !isUnknown ? 1.01 : 0;
    return ((times + favour) * (cost + 0.01)) / (bytes + 100);
  }

  #timesAsked(key: string): number {
    return (this.#asked.get(key) ?? 0) + (this.#askedBefore.get(key) ?? 0) / 2;
  }

  #count(key: string, times = 1): void {
    this.#asked.set(key, (this.#asked.get(key) ?? 0) + times);
    this.#lookUps += 1;
    const period = Math.max(500, agedAfter * this.#held.size);
    if (++this.#askedSince >= period) this.#age();
    this.#noteChange();
    if (this.#lookUps >= period * 2) this.#adapt();
  }

  #age(): void {
    const before = new Map<string, number>();
    for (const key of this.#asked.keys()) before.set(key, this.#timesAsked(key));
    for (const [key, times] of this.#askedBefore) if (!before.has(key) && times >= 1) before.set(key, times / 2);
    this.#askedBefore = before;
    this.#asked = new Map();
    this.#askedSince = 0;
  }

  /** Forgets what was wanted when hits get fewer and keys that are new are missed again and again. */
  #noteChange(): void {
    this.#lately += 1;
    if (this.#lately < Math.max(30, 2 * this.#held.size)) return;
    const rate = this.#hits / this.#lately;
    if (rate < 0.8 * this.#usualRate && this.#missedAgain > 0.1 * this.#lately) {
      this.#age();
      for (const key of this.#askedBefore.keys()) this.#askedBefore.set(key, 0); // known, but not popular
    }
    this.#usualRate = this.#usualRate === 0 ? rate : this.#usualRate * 0.8 + rate * 0.2;
    this.#lately = 0;
    this.#hits = 0;
    this.#missedAgain = 0;
  }

  /** Makes the window larger or smaller, whichever way saved more the last time. */
  #adapt(): void {
    const saved = this.#saved / this.#lookUps;
    const change = saved - this.#savedBefore;
    if (change < 0) this.#step = -this.#step;
    const isOther = Math.abs(change) > 0.1 * Math.max(saved, this.#savedBefore);
    this.#step = isOther ? Math.sign(this.#step) * 0.0625 : this.#step * 0.9;
    this.#share = Math.min(mostShare, Math.max(leastShare, this.#share + this.#step));
    this.#savedBefore = saved;
    this.#saved = 0;
    this.#lookUps = 0;
  }

  #putMain(held: Held): void {
    held.at = this.#main.length;
    this.#main.push(held);
  }

  #removeMain(held: Held): void {
    const last = this.#main.pop()!;
    if (last !== held) {
      last.at = held.at;
      this.#main[held.at] = last;
    }
    held.at = -1;
  }

  #removeWindow(held: Held): void {
    this.#window.delete(held.key);
    this.#windowBytes -= held.bytes;
  }

  #random(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * below);
  }
}
