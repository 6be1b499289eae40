import { createRequire } from 'node:module';
import type { ImpureGlobals } from '../notebook/impurity.ts';
import { currentRun, type Run } from './run.ts';

const RealDate = Date;

/** `ImpureGlobals` for one kernel; `begin` makes the next run tell of what it uses. */
export interface ImpureScope extends ImpureGlobals {
  begin(run: Run): void;
}

/**
 * The clock and randomness as compiled code sees them: told to the run, and fixed where the run fixes them.
 * Once a run has told, it gets the real functions until the next begins: a hot loop pays only for its first call.
 */
export function impureGlobals(): ImpureScope {
  let active: Run | null = null;
  const random = (): number => {
    const run = currentRun();
    if (!run) return Math.random();
    if (run === active && run.request.seed === null) scope.random = Math.random;
    return randomOf(run)();
  };
  const now = (): number => {
    const run = currentRun();
    if (run && run === active && run.request.now === null) scope.now = RealDate.now;
    return clockOf(run) ?? RealDate.now();
  };
  const scope: ImpureScope = {
    random,
    now,
    Date: trackedDate(() => scope.now()),
    Math: Object.create(Math, {
      ...Object.getOwnPropertyDescriptors(Math),
      random: { value: () => scope.random() },
    }) as Math,
    performance: trackedObject(performance, 'clock'),
    crypto: trackedObject(globalThis.crypto, 'randomness'),
    touch<T>(kind: string, value: T): T {
      currentRun()?.touch(kind);
      return value;
    },
    begin(run: Run) {
      active = run;
      scope.random = random;
      scope.now = now;
    },
  };
  trackFormats(() => scope.now());
  return scope;
}

/** Where rewritten local modules find their impure globals; see `rewriteModule`. */
export function publishImpureGlobals(scope: ImpureGlobals): void {
  Object.defineProperty(globalThis, Symbol.for('memoir.impure'), { value: scope, configurable: true });
}

/** A format that is given no date takes the clock's. */
function trackFormats(now: () => number): void {
  const prototype = Intl.DateTimeFormat.prototype;
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'format')!;
  const formats = new WeakMap<object, unknown>();
  Object.defineProperty(prototype, 'format', {
    configurable: true,
    get(this: Intl.DateTimeFormat) {
      if (!formats.has(this)) {
        const format = get!.call(this) as Intl.DateTimeFormat['format'];
        formats.set(this, (date?: Date) => format(date === undefined ? now() : date));
      }
      return formats.get(this);
    },
  });
  const { formatToParts } = prototype;
  prototype.formatToParts = function (date) {
    return formatToParts.call(this, date === undefined ? now() : date);
  };
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
  const bound = new Map<PropertyKey, unknown>();
  return new Proxy(object, {
    get(target, key) {
      currentRun()?.touch(what);
      if (bound.has(key)) return bound.get(key);
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      bound.set(key, value.bind(target));
      return bound.get(key);
    },
  });
}

/** `require` as a cell sees it, relative to the notebook. */
export function requireFrom(notebook: string): NodeJS.Require {
  return createRequire(notebook);
}
