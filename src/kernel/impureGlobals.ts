import { createRequire } from 'node:module';
import { mulberry32 } from '../base/random.ts';
import type { ImpureGlobals } from '../notebook/impurity.ts';
import type { ImpureKind } from '../notebook/impurityRules.ts';
import { seededTwin, standingTwin, withMembers } from './fixedTwins.ts';
import { currentRun, type Run } from './run.ts';

const RealDate = Date;

/** `ImpureGlobals` for one kernel; `begin` makes the next run tell of what it uses. */
export type ImpureScope = { -readonly [K in keyof ImpureGlobals]: ImpureGlobals[K] } & { begin(run: Run): void };

/**
 * The clock and randomness as compiled code sees them: told to the run, and fixed where the run fixes them.
 * Once a run has told, it gets the real ones until the next begins: a hot loop pays only for its first use.
 */
export function impureGlobals(): ImpureScope {
  let active: Run | null = null;
  /** Has `release` put the real thing in place once the active run has told of it. */
  const tell = (what: ImpureKind, release: () => void): void => {
    const run = currentRun();
    run?.touch(what);
    if (run && run === active) release();
  };
  const random = (): number => {
    const seed = currentRun()?.request.seed ?? null;
    if (seed !== null) return seededRandom(currentRun()!, seed)();
    tell('randomness', () => {
      scope.random = Math.random;
    });
    return Math.random();
  };
  const now = (): number => {
    const fixed = currentRun()?.request.now ?? null;
    if (fixed !== null) return fixed;
    tell('clock', () => {
      scope.now = RealDate.now;
      scope.Date = RealDate;
    });
    return RealDate.now();
  };
  const tracked = {
    random,
    now,
    Date: trackedDate(() => scope.now()),
    performance: withMembers(performance, (_, key) => {
      const twin = standing(performance) as typeof performance | undefined; // it stands for one
      if (twin) return twin[key as keyof typeof performance];
      tell('clock', () => {
        scope.performance = performance;
      });
      return undefined;
    }),
    crypto: withMembers(globalThis.crypto, (member) => {
      const twin = seededBy(member);
      if (twin === undefined) {
        tell('randomness', () => {
          scope.crypto = globalThis.crypto;
        });
      }
      return twin;
    }),
  };
  const scope: ImpureScope = {
    ...tracked,
    Math: Object.create(Math, {
      ...Object.getOwnPropertyDescriptors(Math),
      random: { value: () => scope.random() },
    }) as Math,
    touch(kind, value) {
      const twin = kind === 'clock' ? standing(value) : seededBy(value);
      if (twin === undefined) currentRun()?.touch(kind);
      return (twin ?? value) as typeof value; // made to stand in its place
    },
    begin(run) {
      active = run;
      Object.assign(scope, tracked);
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

/** What stands for a clock, or for an object with one among others, where the run fixes the time. */
function standing(clock: unknown): unknown {
  const run = currentRun();
  const fixed = run?.request.now ?? null;
  if (!run || fixed === null) return undefined;
  if (clock !== performance && clock !== process) return standingTwin(clock, fixed);
  return withMembers(clock as object, (member, key) => {
    const twin = key === 'timeOrigin' ? fixed : standingTwin(member, fixed);
    if (twin === undefined) run.touch('clock');
    return twin;
  });
}

/** What stands for a source of randomness where the run has a seed. */
function seededBy(source: unknown): unknown {
  const run = currentRun();
  const seed = run?.request.seed ?? null;
  return run && seed !== null ? seededTwin(source, seededRandom(run, seed)) : undefined;
}

const seeded = new WeakMap<Run, () => number>();

function seededRandom(run: Run, seed: number): () => number {
  const generator = seeded.get(run) ?? mulberry32(seed);
  seeded.set(run, generator);
  return generator;
}

function trackedDate(now: () => number): DateConstructor {
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
}

/** `require` as a cell sees it, relative to the notebook. */
export function requireFrom(notebook: string): NodeJS.Require {
  return createRequire(notebook);
}
