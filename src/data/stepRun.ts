import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { channel, subscribe } from 'node:diagnostics_channel';
import { resolve } from 'node:path';
import { messageOf, UserError } from '../base/errors.ts';
import { apart } from '../base/program.ts';
import type { Engine } from './engine.ts';
import { isFickle } from './fickle.ts';
import type { Keeper } from './keeper.ts';
import type { Recipe } from './recipe.ts';
import { publishRead } from './source.ts';
import { touchOf } from './steady.ts';
import { Table } from './table.ts';

/** How the steps of a pipeline are run; a step that is an object says otherwise for itself. */
export interface StepOptions {
  /** False runs it each time; otherwise its result is kept as long as its code, its input and the files it reads stay the same. */
  readonly cache?: boolean;
  /** How many times it is tried again after it failed, a little later each time; not at all unless given. */
  readonly retries?: number;
  /** Gives what stands for its result where it failed for good. */
  readonly fallback?: (failure: StepFailure) => unknown;
  /** Files that it reads otherwise than through `load` and `sql`; relative paths as in `load`. */
  readonly dependsOn?: readonly string[];
}

export interface PipelineOptions extends StepOptions {
  /** Stops the pipeline before its next step, or the query that a step waits for. */
  readonly signal?: AbortSignal;
}

/** A step that failed, also after it was tried again. */
export interface StepFailure {
  readonly pipeline: string;
  readonly step: string;
  readonly input: unknown;
  readonly error: unknown;
}

/** What a step does: it takes what the one before gave. */
export type StepFunction = (input: never, context: StepContext) => unknown;
export interface StepContext {
  readonly signal: AbortSignal;
}
export type Step = StepFunction | (StepOptions & { readonly run: StepFunction });
/** Told of each step, as `StepNews`. */
const stepChannel = channel('memoir:data.step');

/** A step that came to an end. */
export interface StepNews {
  readonly pipeline: string;
  readonly step: string;
  /** How long it took: to run, or to be found. */
  readonly ms: number;
  /** What a result that was found had taken; null for one that was worked out. */
  readonly savedMs: number | null;
  readonly error: string | null;
}

/** What a step gave, and a digest by which that is known. */
export interface Given {
  readonly value: unknown;
  readonly key: string;
}

interface StepParts extends PipelineOptions {
  readonly pipeline: string;
  readonly step: string;
  readonly run: StepFunction;
}

/** A result as it is kept: plain data, a table as its recipe. */
interface Kept {
  readonly value?: unknown;
  readonly recipe?: Recipe;
  /** What it took to make. */
  readonly ms: number;
}

/** What a step read, each as it was when it did so first, and whether it asked for what differs each time. */
interface Trace {
  readonly reads: Map<string, string>;
  isFickle: boolean;
}

const traces = new AsyncLocalStorage<Trace>();
subscribe('memoir:data.read', (message) => {
  const { path } = message as { path: string };
  const reads = traces.getStore()?.reads;
  if (reads && !reads.has(path)) reads.set(path, touchOf(path));
});
subscribe('memoir:data.impure', () => {
  const trace = traces.getStore();
  if (trace) trace.isFickle = true;
});

/** One step of one run. */
export class StepRun {
  readonly #engine: Engine;
  readonly #parts: StepParts;

  constructor(engine: Engine, parts: StepParts) {
    this.#engine = engine;
    this.#parts = parts;
  }

  /** What it gives for what the step before gave. */
  async on(given: Given): Promise<Given> {
    const started = performance.now();
    const { keeper } = this.#engine;
    const isKept = this.#parts.cache !== false && keeper !== null;
    const key = digest(this.#parts.step, await keeper?.codeOf(this.#parts.run), given.key);
    const found = isKept ? await this.#find(keeper, key) : null;
    if (found) {
      this.#tell(started, found.ms, null);
      return this.#given(this.#unpack(found), key);
    }
    try {
      const trace: Trace = { reads: this.#dependencies(), isFickle: false };
      const value = await traces.run(trace, () => this.#runWithRetries(given.value));
      if (isKept && !trace.isFickle) await this.#keep(keeper, key, value, trace, started);
      this.#tell(started, null, null);
      return await this.#given(value, key);
    } catch (error) {
      this.#parts.signal?.throwIfAborted();
      this.#tell(started, null, error);
      return this.#fallBack(given.value, error, key);
    }
  }

  async #runWithRetries(input: unknown): Promise<unknown> {
    const { run, retries = 0, signal = new AbortController().signal } = this.#parts;
    const once = async () => {
      const value = await run(input as never, { signal }); // the step before gave what this one takes, as the caller says
      if (value instanceof Table) await this.#workOut(value, signal);
      return value;
    };
    if (retries === 0) return once();
    const { ExponentialBackoff, handleWhen, retry } = await import('cockatiel');
    const policy = retry(
      handleWhen(() => !signal.aborted),
      { maxAttempts: retries, backoff: new ExponentialBackoff({ initialDelay: 100 }) },
    );
    return policy.execute(once, signal);
  }

  /** A table's rows are worked out here, rather than by whichever step asks first, unless reading them is as cheap as that. */
  async #workOut(table: Table<unknown>, signal: AbortSignal): Promise<void> {
    if (this.#parts.cache === false || isFickle(table.query)) return;
    await this.#engine.store(table.query, { signal, ifCostly: true });
  }

  async #fallBack(input: unknown, error: unknown, key: string): Promise<Given> {
    const { pipeline, step, fallback } = this.#parts;
    if (fallback) {
      const value: unknown = await fallback({ pipeline, step, input, error });
      return this.#given(value, digest(key, 'fallback', messageOf(error)));
    }
    throw new UserError(`The step "${step}" of the pipeline "${pipeline}" failed: ${messageOf(error)}`, {
      cause: error,
    });
  }

  /** A result is known by its content where that has a digest, so that an equal one stops what follows. */
  async #given(value: unknown, key: string): Promise<Given> {
    if (value instanceof Table) return { value, key: await value.fingerprint() };
    return { value, key: this.#engine.keeper?.digestOf(value) ?? key };
  }

  /** What is kept under the key, of a time when the files that it read held what they hold now. */
  async #find(keeper: Keeper, key: string): Promise<Kept | null> {
    const paths = (await apart(() => keeper.get(`step/${key}`))) as readonly string[] | undefined; // set below
    if (!paths) return null;
    for (const path of paths) publishRead(path); // who asks depends on them, though nothing is read
    const exact = await this.#withFiles(key, paths);
    if (exact === null) return null;
    return ((await apart(() => keeper.get(`step/${exact}`))) as Kept | undefined) ?? null; // set below
  }

  async #keep(keeper: Keeper, key: string, value: unknown, { reads }: Trace, started: number): Promise<void> {
    if (value instanceof Table && isFickle(value.query)) return;
    const paths = [...reads.keys()].sort();
    const exact = await this.#withFiles(key, paths);
    const isSteady = paths.every((path) => touchOf(path) === reads.get(path)); // or it would be kept as what they hold now
    if (!exact || !isSteady) return;
    const ms = performance.now() - started;
    const kept: Kept = value instanceof Table ? { recipe: value.recipe(), ms } : { value, ms };
    await apart(() => keeper.set(`step/${exact}`, kept, ms));
    await apart(() => keeper.set(`step/${key}`, paths, ms));
  }

  #dependencies(): Map<string, string> {
    const paths = (this.#parts.dependsOn ?? []).map((path) => resolve(this.#engine.directory, path));
    return new Map(paths.map((path) => [path, touchOf(path)]));
  }

  /** The key with what files hold now; null where one of them cannot be read. */
  async #withFiles(key: string, paths: readonly string[]): Promise<string | null> {
    const digests: string[] = [];
    for (const path of paths) {
      const found = await apart(() => this.#engine.digest(path)).catch(() => null); // the step will tell what is wrong
      if (found === null) return null;
      digests.push(this.#engine.portable(path), found);
    }
    return digest(key, 'files', ...digests);
  }

  #unpack({ recipe, value }: Kept): unknown {
    return recipe ? Table.fromRecipe(recipe, this.#engine) : value;
  }

  #tell(started: number, savedMs: number | null, error: unknown): void {
    const { pipeline, step } = this.#parts;
    const news: StepNews = {
      pipeline,
      step,
      savedMs,
      ms: performance.now() - started,
      error: error === null ? null : messageOf(error),
    };
    stepChannel.publish(news);
  }
}

function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
