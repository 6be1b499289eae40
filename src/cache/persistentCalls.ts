import { apart } from '../base/program.ts';
import { functionBehind } from './cachedFunctions.ts';
import type { AnyFunction, CachedParts, CachedProgram } from './cachedProgram.ts';
import type { CallCounts } from './callCounts.ts';
import { type CachedStats, type CallExplanation, explainCall, statsOf } from './callExplanation.ts';
import { type CallKeyer, keyerOf } from './callKeyer.ts';
import type { CallOptions } from './callOptions.ts';
import { CallRecords } from './callRecords.ts';
import { FileDependencies } from './fileDependencies.ts';
import type { FunctionCode } from './functionCode.ts';
import { digestParts } from './key.ts';

/** The calls of one function that remembers on disk. */
export class PersistentCalls {
  readonly #fn: AnyFunction;
  readonly #options: CallOptions;
  readonly #counts: CallCounts;
  readonly #program: CachedProgram;
  readonly #files: FileDependencies | null;
  readonly #keyer: CallKeyer;
  #opened: Promise<Opened> | null = null;

  constructor({ fn, options, counts, program }: CachedParts) {
    this.#fn = fn;
    this.#options = options;
    this.#counts = counts;
    this.#program = program;
    this.#files = options.dependsOn.length > 0 ? new FileDependencies(options.dependsOn) : null;
    this.#keyer = keyerOf(fn, options.key, this.#files);
  }

  async call(self: unknown, args: never[]): Promise<unknown> {
    const keyed = this.#keyer.keyOf(self, args);
    const compute = () => this.#fn.apply(self, args);
    if ('key' in keyed) {
      const { records } = await this.#open();
      return records.get({ key: keyed.key, args, isPlain: false, compute });
    }
    this.#counts.count('uncached');
    return compute();
  }

  stats(): CachedStats {
    return statsOf(this.#counts, { entries: 0, bytes: 0 });
  }

  async explain(args: never[]): Promise<CallExplanation> {
    const keyed = this.#keyer.keyOf(undefined, args);
    const { records, code } = await this.#open();
    const found = 'key' in keyed ? await records.peek(keyed.key) : undefined;
    const kept = found && {
      tier: found.tier,
      keptAt: found.meta.createdAt,
      expiresAt: found.meta.expiresAt ?? Number.POSITIVE_INFINITY,
      savedMs: found.value.savedMs,
    };
    const missing = () => ({ gone: null, nearest: null });
    return { ...explainCall(keyed, kept, missing, this.#program.now()), notFollowed: code.notFollowed };
  }

  async invalidate(args: never[]): Promise<boolean> {
    const keyed = this.#keyer.keyOf(undefined, args);
    return 'key' in keyed && (await this.#open()).records.delete(keyed.key);
  }

  async clear(): Promise<void> {
    await (await this.#open()).records.clear();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openNow();
    return this.#opened;
  }

  /** Stored keys begin with what the function is: other code, or another version of it, has other values. */
  async #openNow(): Promise<Opened> {
    const { store, keyedDigest } = this.#program;
    const { name, version } = this.#options;
    const { functionCode } = await import('./functionCode.ts'); // with what reads code, which takes time to load
    const code = apart(() => functionCode(this.#fn, { keyedDigest, behind: functionBehind }));
    const identity = digestParts('cached-2', { name, version, code: code.digest });
    const prefix = `call/${encodeURIComponent(name)}/${identity}/`;
    const records = new CallRecords({ store, prefix, options: this.#options, counts: this.#counts, keyedDigest });
    return { code, records };
  }
}

interface Opened {
  readonly code: FunctionCode;
  readonly records: CallRecords;
}
