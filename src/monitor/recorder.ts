import { basename } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { apart } from '../base/program.ts';
import { History } from './history.ts';
import { type Kind, Ledger } from './ledger.ts';
import type { SharedStore } from './sharedStore.ts';
import type { Tally } from './tally.ts';

export interface RecorderOptions {
  /** Where measurements go that other processes should see; opened with the first ones. Null keeps them here. */
  readonly openStore: () => SharedStore | null;
  /** How often measurements are handed on, in milliseconds. */
  readonly flushEvery: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Gathers the measurements of this process and hands them on now and then. */
export class Recorder implements Disposable {
  readonly #openStore: () => SharedStore | null;
  readonly #flushEvery: number;
  readonly #now: () => number;
  readonly #history = new History();
  readonly #flushed = new Emitter<void>();
  readonly #total = new Ledger();
  #pending = new Ledger();
  #store: SharedStore | null | undefined;
  #timer: NodeJS.Timeout | null = null;

  /** Measurements were handed on. */
  readonly onFlush = this.#flushed.event;

  constructor({ openStore, flushEvery, now }: RecorderOptions) {
    this.#openStore = openStore;
    this.#flushEvery = flushEvery;
    this.#now = now;
  }

  /** Where the next values of a series go. */
  tally(kind: Kind, name: string): Tally {
    return this.pending.tally(kind, name);
  }

  /** What is to be handed on next. */
  get pending(): Ledger {
    this.#timer ??= apart(() => setTimeout(() => void this.flush(), this.#flushEvery).unref());
    return this.#pending;
  }

  /** The sum and the latest value of a series. */
  sumOf(kind: Kind, name: string): { readonly sum: number; readonly last: number } {
    const before = this.#total.tallies(kind).get(name);
    const after = this.#pending.tallies(kind).get(name);
    return { sum: (before?.sum ?? 0) + (after?.sum ?? 0), last: after?.last ?? before?.last ?? 0 };
  }

  /** What this process has measured, altogether or after a time. */
  measured(since?: number): Ledger {
    const sum = since === undefined ? new Ledger() : this.#history.since(since);
    if (since === undefined) sum.merge(this.#total);
    sum.merge(this.#pending);
    return sum;
  }

  /** The shared store; null where there is none. */
  get store(): SharedStore | null {
    if (this.#store !== undefined) return this.#store;
    this.#store = this.#openStore();
    const name = basename(process.argv[1] ?? process.title);
    const started = Math.round(this.#now() - process.uptime() * 1000);
    void this.#store?.addProcess({ pid: process.pid, name, started });
    return this.#store;
  }

  /** Hands on what was measured since the last time. */
  async flush(): Promise<void> {
    const news = this.#take();
    if (news.isEmpty) return;
    await this.store?.write(news);
    this.#flushed.fire();
  }

  /** `flush` for a process that is about to end. */
  flushNow(): void {
    const news = this.#take();
    if (!news.isEmpty || this.#store) this.store?.writeNow(news);
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushed.dispose();
  }

  #take(): Ledger {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const news = this.#pending;
    this.#pending = new Ledger();
    if (news.isEmpty) return news;
    this.#total.merge(news);
    this.#history.add(news, this.#now());
    return news;
  }
}
