import { dirname, join } from 'node:path';
import process from 'node:process'; // a cell may delete the global
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import type { CellFunction, CellOutcome, CellRuntime } from '../notebook/compile.ts';
import type { ImpureGlobals } from '../notebook/impurity.ts';
import type { CellId, RunReply, RunRequest } from '../protocol/kernel.ts';
import type { Output } from '../protocol/output.ts';
import type { CellStacks } from './cellError.ts';
import { toOutput } from './display.ts';
import { emptyReply } from './emptyReply.ts';
import { type ImpureScope, requireFrom } from './impureGlobals.ts';
import { LoadReads } from './loadReads.ts';
import { explainImport } from './missingModule.ts';
import { currentRun, Run, within } from './run.ts';
import type { Surroundings } from './surroundings.ts';
import { withColumns } from './tableColumns.ts';
import type { Values } from './values.ts';

export interface EvaluatorOptions {
  readonly notebook: string;
  readonly workspace: string;
  readonly values: Values;
  readonly stacks: CellStacks;
  readonly impure: ImpureScope;
  readonly surroundings: Surroundings;
  /** Gets ready for what this code may import. */
  readonly prepare: (code: string) => Promise<void>;
  /** Has every local module loaded anew by the next import. */
  readonly reload: () => void;
  /** The local modules among these paths and all that they loaded, with digests of their texts. */
  readonly withImports: (paths: Iterable<string>) => Map<string, string>;
  /** The same without digests; null where there is more to load than local modules. */
  readonly closure: (paths: Iterable<string>) => ReadonlySet<string> | null;
  readonly show: (run: Run, output: Output) => void;
  /** Tells the reader of the run's console. */
  readonly warn: (run: Run, text: string) => void;
}

/** Runs compiled cells, one at a time, and reports each. */
export class Evaluator {
  readonly #notebook: string;
  readonly #loadReads: LoadReads;
  readonly #reload: () => void;
  readonly #withImports: EvaluatorOptions['withImports'];
  readonly #workspace: string;
  readonly #values: Values;
  readonly #stacks: CellStacks;
  readonly #impure: ImpureScope;
  readonly #surroundings: Surroundings;
  readonly #prepare: EvaluatorOptions['prepare'];
  readonly #show: EvaluatorOptions['show'];
  readonly #warn: EvaluatorOptions['warn'];
  readonly #compiled = new Map<CellId, { js: string; run: CellFunction }>();
  readonly #scope: CellRuntime;
  #active: { run: Run; end: (error: unknown) => void } | null = null;
  #invalidate = new Map<CellId, () => void>();
  #debugDirectory: string | null = null;

  constructor(options: EvaluatorOptions) {
    this.#notebook = options.notebook;
    this.#workspace = options.workspace;
    this.#loadReads = new LoadReads(options.workspace, options.closure);
    this.#reload = options.reload;
    this.#withImports = options.withImports;
    this.#values = options.values;
    this.#stacks = options.stacks;
    this.#impure = options.impure;
    this.#surroundings = options.surroundings;
    this.#prepare = options.prepare;
    this.#show = options.show;
    this.#warn = options.warn;
    this.#scope = this.#makeScope();
  }

  /** Runs one cell; answers also when it fails, or is interrupted wherever it is. */
  async run(request: RunRequest): Promise<RunReply> {
    if (!this.#values.has(request.inputs)) return emptyReply('unready');
    this.invalidate(request.cell);
    if (this.#loadReads.takeChange(request)) this.#reload();
    const run = new Run(request, this.#workspace, this.#show);
    this.#impure.begin(run);
    const elapsed = this.#stopwatch();
    try {
      return await new Promise<RunReply>((resolve, reject) => {
        this.#active = { run, end: reject };
        this.#execute(run)
          .then((outcome) => this.#finish(run, outcome, elapsed()))
          .then(resolve, reject);
      });
    } catch (error) {
      this.#putBack(run);
      return this.#fail(run, error, elapsed());
    } finally {
      run.settled = true;
      this.#active = null;
    }
  }

  /** Resolves what the cell's last run was given as `invalidation`. */
  invalidate(cell: CellId): void {
    this.#invalidate.get(cell)?.();
    this.#invalidate.delete(cell);
  }

  /** From now on cells are compiled so that a debugger knows them as files in `directory`; null ends that. */
  debugIn(directory: string | null): void {
    this.#debugDirectory = directory;
    this.#compiled.clear();
  }

  /** Ends the running cell, whatever it waits for; its `signal` aborts. */
  interrupt(): void {
    if (!this.#active) return;
    const { run, end } = this.#active;
    this.#putBack(run); // or a broken `Promise` might swallow the rest
    end(new Interrupted());
    run.abort.abort();
  }

  /** An error that no one awaited: it fails the running cell if it is that cell's; otherwise it gives whose it is. */
  takeStray(error: unknown): { readonly taken: boolean; readonly cell: CellId | null } {
    const active = this.#active;
    const run = currentRun();
    const cell = run?.request.cell ?? this.#stacks.cellOf(error);
    if (!active || (run ? run !== active.run : cell !== null && cell !== active.run.request.cell))
      return { taken: false, cell };
    active.end(error);
    return { taken: true, cell };
  }

  /** Tells the milliseconds since now; under a debugger those of computing alone, as a cell stands still in it. */
  #stopwatch(): () => number {
    if (this.#debugDirectory === null) {
      const started = performance.now();
      return () => performance.now() - started;
    }
    const started = process.cpuUsage();
    return () => {
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1000;
    };
  }

  async #execute(run: Run): Promise<CellOutcome> {
    const { request } = run;
    run.invalidation = this.#untilInvalid(request.cell);
    const inputs = {
      signal: run.abort.signal,
      invalidation: run.invalidation,
      ...this.#values.inputs(request.inputs),
    };
    await this.#prepare(request.js);
    if (run.abort.signal.aborted) throw new Interrupted();
    return within(run, async () => {
      await null; // an endless loop that is ended takes the tick it runs in with it: not the one that reads messages
      const cell = this.#compile(request);
      const outcome = await cell(this.#scope, inputs);
      const output = await toOutput(await outcome.result);
      await run.finishBegun();
      if (output) run.output(output);
      return outcome;
    });
  }

  async #finish(run: Run, outcome: CellOutcome, ms: number): Promise<RunReply> {
    const { request } = run;
    this.#putBack(run);
    const { mutated, dropped } = this.#values.changed(request.inputs);
    const started = performance.now();
    const { exports: plain, captured } = this.#values.adopt(request, outcome, ms);
    const encodeMs = performance.now() - started;
    const exports = await withColumns(plain, outcome.exports);
    const values = mutated.length ? null : await this.#values.keep(request, ms, encodeMs);
    const { reads, impure } = run;
    const modules = [...this.#withImports(run.modules)].map(([path, digest]) => ({ path, digest }));
    return {
      status: 'done',
      error: null,
      ms,
      exports,
      captured,
      values,
      encodeMs,
      reads,
      modules,
      impure,
      mutated,
      dropped,
    };
  }

  #fail(run: Run, error: unknown, ms: number): RunReply {
    const { cell, inputs } = run.request;
    const interrupted = error instanceof Interrupted;
    return {
      ...emptyReply(interrupted ? 'interrupted' : 'error'),
      error: interrupted ? null : this.#stacks.describe(error, cell),
      ms,
      reads: run.reads,
      impure: run.impure,
      ...this.#values.changed(inputs),
    };
  }

  /** Undoes what the run did to things that all cells share, and says so on its console. */
  #putBack(run: Run): void {
    const restored = this.#surroundings.restore();
    if (restored.length) {
      const names = restored.length > 5 ? [...restored.slice(0, 5), `${restored.length - 5} more`] : restored;
      this.#warn(run, `Memoir put back what this cell had changed for every other cell: ${names.join(', ')}.\n`);
    }
  }

  #compile(request: RunRequest): CellFunction {
    const known = this.#compiled.get(request.cell);
    if (known?.js === request.js) return known.run;
    const filename = this.#stacks.register(request.cell, request.label, request.map);
    const js = this.#debugDirectory === null ? request.js : withSource(request, this.#debugDirectory);
    const run: CellFunction = new Script(js, { filename }).runInThisContext(); // compileCell emits one function
    this.#compiled.set(request.cell, { js: request.js, run });
    return run;
  }

  #untilInvalid(cell: CellId): Promise<void> {
    return new Promise((resolve) => this.#invalidate.set(cell, () => resolve()));
  }

  #makeScope(): CellRuntime {
    const notebook = this.#notebook;
    const importModule = new Script('(specifier, options) => import(specifier, options)', {
      filename: pathToFileURL(notebook).href, // imports resolve relative to the notebook
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext();
    const own: Omit<CellRuntime, keyof ImpureGlobals> = {
      import: async (specifier: string, options?: ImportCallOptions) => {
        const run = currentRun();
        run?.read('module', String(specifier), ''); // the host knows what it stands for
        const load = () => importModule(specifier, options);
        try {
          return await (run && !isOwn(specifier) ? this.#loadReads.during(run, load) : load());
        } catch (error) {
          throw explainImport(error, String(specifier), notebook);
        }
      },
      require: requireFrom(notebook),
      meta: { url: pathToFileURL(notebook).href, filename: notebook, dirname: dirname(notebook) },
      label: (name: string) => {
        if (this.#active) this.#active.run.nextWidget = name;
      },
    };
    return Object.assign(this.#impure, own); // the very object whose clock and randomness are swapped
  }
}

/** The code with its map in it, which says that it comes from a file of the cell's own in `directory`. */
function withSource({ js, map, cell }: RunRequest, directory: string): string {
  const sources = [pathToFileURL(join(directory, `${cell}.ts`)).href];
  const json = JSON.stringify({ ...JSON.parse(map), sources });
  return `${js}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString('base64')}`;
}

/** Memoir itself and Node read nothing of the user's. */
function isOwn(specifier: unknown): boolean {
  return /^(memoir$|node:)/.test(String(specifier));
}

class Interrupted extends Error {}
