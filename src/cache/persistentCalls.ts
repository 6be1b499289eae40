import { apart } from '../base/program.ts';
import { functionBehind } from './cachedFunctions.ts';
import type { AnyFunction, CachedParts, CachedProgram } from './cachedProgram.ts';
import { argumentComponents, withFiles } from './callComponents.ts';
import type { CallCounts } from './callCounts.ts';
import { type CachedStats, type CallExplanation, explainCall, statsOf } from './callExplanation.ts';
import { type CallComponents, nearestOf } from './callHistory.ts';
import { type CallKeyer, keyerOf } from './callKeyer.ts';
import type { CallOptions } from './callOptions.ts';
import { CallRecords } from './callRecords.ts';
import { FileDependencies } from './fileDependencies.ts';
import type { FunctionCode } from './functionCode.ts';
import { digestParts, keyDigest } from './key.ts';
import { KnownCalls } from './knownCalls.ts';

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
      const { key } = keyed;
      const { records, known, code } = await this.#open();
      const noted = () => {
        known.note({ key: this.#program.keyedDigest(keyDigest(key)), components: this.#components(self, args, code) });
        return compute();
      };
      return records.get({ key, args, isPlain: false, compute: noted });
    }
    this.#counts.count('uncached');
    return compute();
  }

  stats(): CachedStats {
    return statsOf(this.#counts, { entries: 0, bytes: 0 });
  }

  async explain(args: never[]): Promise<CallExplanation> {
    const keyed = this.#keyer.keyOf(undefined, args);
    const { records, known, code } = await this.#open();
    const found = 'key' in keyed ? await records.peek(keyed.key) : undefined;
    const kept = found && {
      tier: found.tier,
      keptAt: found.meta.createdAt,
      expiresAt: found.meta.expiresAt ?? Number.POSITIVE_INFINITY,
      savedMs: found.value.savedMs,
    };
    const earlier = 'key' in keyed && !kept ? await known.list() : [];
    const missing = () => {
      const key = 'key' in keyed && this.#program.keyedDigest(keyDigest(keyed.key));
      const same = earlier.some((call) => call.key === key);
      const nearest = nearestOf(earlier, this.#components(undefined, args, code));
      return { gone: same && nearest?.count === 0 ? ('lost' as const) : null, nearest };
    };
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
    const known = new KnownCalls(store().records, `calls known/${encodeURIComponent(name)}`);
    return { code, records, known };
  }

  /** What counts of a call, by name: of arguments only digests, as they are stored. */
  #components(self: unknown, args: readonly unknown[], code: FunctionCode): CallComponents {
    const digest = (text: string) => `#${this.#program.keyedDigest(text).slice(0, 16)}`;
    const ofArguments = [...argumentComponents(this.#keyer.partsOf(self, args))];
    const all = new Map<string, string>([
      ...code.components,
      ['version', String(this.#options.version ?? '')],
      ...ofArguments.map(([name, text]) => [name, digest(text)] as const),
    ]);
    return withFiles(all, this.#files?.digests() ?? new Map());
  }
}

interface Opened {
  readonly code: FunctionCode;
  readonly records: CallRecords;
  readonly known: KnownCalls;
}
