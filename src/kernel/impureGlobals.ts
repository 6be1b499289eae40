import { createRequire } from 'node:module';
import type { ImpureGlobals } from '../notebook/impurity.ts';
import { currentRun, type Run } from './run.ts';

const RealDate = Date;

/** The clock and randomness as compiled code sees them: told to the run, and fixed where the run fixes them. */
export function impureGlobals(): ImpureGlobals {
  const random = () => {
    const run = currentRun();
    return run ? randomOf(run)() : Math.random();
  };
  const now = () => clockOf(currentRun()) ?? RealDate.now();
  return {
    random,
    now,
    Date: trackedDate(now),
    Math: Object.create(Math, { ...Object.getOwnPropertyDescriptors(Math), random: { value: random } }),
    performance: trackedObject(performance, 'clock'),
    crypto: trackedObject(globalThis.crypto, 'randomness'),
    touch(kind, value) {
      currentRun()?.touch(kind);
      return value;
    },
  };
}

/** Where rewritten local modules find their impure globals; see `rewriteModule`. */
export function publishImpureGlobals(): void {
  Object.defineProperty(globalThis, Symbol.for('memoir.impure'), { value: impureGlobals(), configurable: true });
}

function clockOf(run: Run | undefined): number | null {
  if (run?.request.now != null) return run.request.now;
  run?.touch('clock');
  return null;
}

const seeded = new WeakMap<Run, () => number>();

function randomOf(run: Run): () => number {
  if (run.request.seed === null) {
    run.touch('randomness');
    return Math.random;
  }
  const generator = seeded.get(run) ?? mulberry32(run.request.seed);
  seeded.set(run, generator);
  return generator;
}

/** The mulberry32 generator (Tommy Ettinger, public domain): 32 bits of state, good enough to replay a run. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function trackedDate(now: () => number): DateConstructor {
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}

/** `object` with every use noted; methods keep their receiver. */
function trackedObject<T extends object>(object: T, what: string): T {
  return new Proxy(object, {
    get(target, key) {
      currentRun()?.touch(what);
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** `require` as a cell sees it, relative to the notebook. */
export function requireFrom(notebook: string): NodeJS.Require {
  return createRequire(notebook);
}
