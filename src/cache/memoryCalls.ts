import type { AnyFunction, CachedParts } from './cachedProgram.ts';
import { argumentComponents, withFiles } from './callComponents.ts';
import type { CallCounts } from './callCounts.ts';
import { type CachedStats, type CallExplanation, explainCall, statsOf } from './callExplanation.ts';
import { type CallComponents, CallHistory } from './callHistory.ts';
import { type CallKeyer, keyerOf } from './callKeyer.ts';
import { CallMemory } from './callMemory.ts';
import { FileDependencies } from './fileDependencies.ts';
import type { KeptCalls } from './keptCalls.ts';

/** The calls of one function that remembers in memory. */
export class MemoryCalls {
  readonly #fn: AnyFunction;
  readonly #counts: CallCounts;
  readonly #now: () => number;
  readonly #files: FileDependencies | null;
  readonly #keyer: CallKeyer;
  readonly #history = new CallHistory();
  readonly #memory: CallMemory;
  /** Values that are found by one or two plain arguments, without a key. */
  readonly near: Pick<KeptCalls, 'ofOne' | 'ofNumber' | 'ofTwo' | 'ofObject'>;

  constructor({ fn, options, counts, program }: CachedParts) {
    this.#fn = fn;
    this.#counts = counts;
    this.#now = program.now;
    this.#files = options.dependsOn.length > 0 ? new FileDependencies(options.dependsOn) : null;
    this.#keyer = keyerOf(fn, options.key, this.#files);
    this.#memory = new CallMemory({ options, counts, history: this.#history, now: program.now });
    this.near = this.#memory.kept;
  }

  call(self: unknown, ...args: never[]): unknown {
    const keyed = this.#keyer.keyOf(self, args);
    const compute = () => this.#fn.apply(self, args);
    if ('key' in keyed) {
      const { key } = keyed;
      const noted = () => {
        this.#history.note(key, this.#components(self, args));
        return compute();
      };
      return this.#memory.get({ key, args, isPlain: this.#keyer.isPlain, compute: noted });
    }
    this.#counts.count('uncached');
    return compute();
  }

  stats(): CachedStats {
    return statsOf(this.#counts, this.#memory.size);
  }

  explain(args: never[]): CallExplanation {
    const keyed = this.#keyer.keyOf(undefined, args);
    const kept = 'key' in keyed ? this.#memory.peek(keyed.key) : undefined;
    const missing = () => {
      const gone = 'key' in keyed ? this.#history.get(keyed.key)?.gone : null;
      return { gone: gone ?? null, nearest: this.#history.nearest(this.#components(undefined, args)) };
    };
    return explainCall(keyed, kept && { ...kept, tier: 'memory', keptAt: kept.createdAt }, missing, this.#now());
  }

  invalidate(args: never[]): boolean {
    const keyed = this.#keyer.keyOf(undefined, args);
    return 'key' in keyed && this.#memory.delete(keyed.key);
  }

  clear(): void {
    this.#memory.clear();
  }

  #components(self: unknown, args: readonly unknown[]): CallComponents {
    return withFiles(argumentComponents(this.#keyer.partsOf(self, args)), this.#files?.digests() ?? new Map());
  }
}
