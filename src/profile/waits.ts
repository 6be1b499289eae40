import childProcess from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timers from 'node:timers/promises';
import { NETWORK_CHANNELS, PROCESS_CALLS } from '../process/outside.ts';
import { type Patchable, patch } from '../process/patch.ts';
import { type PlaceWait, WAIT, type WaitKind } from '../protocol/profiler.ts';

/** Sums how long each place awaits, and what for: whatever was begun while the awaited expression was evaluated. */
export class WaitRecorder {
  readonly #waits = new Map<string, { place: string; kind: WaitKind; ms: number; count: number }>();
  readonly #undo: (() => void)[] = [];
  #begun: WaitKind | null = null;

  start(): void {
    const begin = (kind: WaitKind) => () => {
      this.#begun = kind;
    };
    this.#watch(fs.promises, Object.keys(fs.promises), begin('files'));
    this.#watch(
      fs,
      Object.keys(fs).filter((name) => !name.endsWith('Sync') && /^[a-z]/.test(name)),
      begin('files'),
    );
    this.#watch(dns.promises, Object.keys(dns.promises), begin('names'));
    this.#watch(dns, ['lookup', 'resolve'], begin('names'));
    this.#watch(timers, ['setTimeout', 'setImmediate'], begin('timers'));
    this.#watch(globalThis, ['setTimeout', 'setImmediate'], begin('timers'));
    this.#watch(globalThis, ['fetch'], begin('network'));
    this.#watch(childProcess, PROCESS_CALLS, begin('child processes'));
    const onNetwork = begin('network');
    for (const channel of NETWORK_CHANNELS) diagnostics.subscribe(channel, onNetwork);
    this.#undo.push(() => {
      for (const channel of NETWORK_CHANNELS) diagnostics.unsubscribe(channel, onNetwork);
    });
    syncBuiltinESMExports();
    (globalThis as Patchable)[WAIT] = (value: unknown, place: string) => this.#note(value, place);
  }

  /** Puts everything back and gives the sums; code that still waits goes on without being noted. */
  end(): PlaceWait[] {
    for (const undo of this.#undo.splice(0)) undo();
    syncBuiltinESMExports();
    (globalThis as Patchable)[WAIT] = (value: unknown) => value;
    return [...this.#waits.values()];
  }

  clear(): void {
    this.#waits.clear();
  }

  #watch(target: object, names: readonly string[], begin: () => void): void {
    for (const name of names) {
      const writable = Object.getOwnPropertyDescriptor(target, name)?.writable;
      if (writable) this.#undo.push(patch(target as Patchable, name, begin));
    }
  }

  #note(value: unknown, place: string): unknown {
    const kind = this.#begun ?? 'other code';
    this.#begun = null;
    if (typeof (value as { then?: unknown } | null)?.then !== 'function') return value;
    const started = performance.now();
    const done = () => this.#add(place, kind, performance.now() - started);
    (value as PromiseLike<unknown>).then(done, done);
    return value;
  }

  #add(place: string, kind: WaitKind, ms: number): void {
    const key = `${kind} ${place}`;
    const wait = this.#waits.get(key) ?? { place, kind, ms: 0, count: 0 };
    this.#waits.set(key, wait);
    wait.ms += ms;
    wait.count += 1;
  }
}
