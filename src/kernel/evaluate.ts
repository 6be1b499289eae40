import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import type { CellFunction, CellOutcome, CellRuntime } from '../notebook/compile.ts';
import type { CellId, RunReply, RunRequest } from '../protocol/kernel.ts';
import type { Output } from '../protocol/output.ts';
import type { CellStacks } from './cellError.ts';
import { toOutput } from './display.ts';
import { impureGlobals, requireFrom } from './impureGlobals.ts';
import { Run, within } from './run.ts';
import type { Values } from './values.ts';

export interface EvaluatorOptions {
  readonly notebook: string;
  readonly workspace: string;
  readonly values: Values;
  readonly stacks: CellStacks;
  readonly show: (run: Run, output: Output) => void;
}

/** Runs compiled cells, one at a time, and reports each. */
export class Evaluator {
  readonly #notebook: string;
  readonly #workspace: string;
  readonly #values: Values;
  readonly #stacks: CellStacks;
  readonly #show: (run: Run, output: Output) => void;
  readonly #compiled = new Map<CellId, { js: string; run: CellFunction }>();
  readonly #scope: CellRuntime;
  #active: { run: Run; end: (error: unknown) => void } | null = null;
  #invalidate = new Map<CellId, () => void>();

  constructor(options: EvaluatorOptions) {
    this.#notebook = options.notebook;
    this.#workspace = options.workspace;
    this.#values = options.values;
    this.#stacks = options.stacks;
    this.#show = options.show;
    this.#scope = this.#makeScope();
  }

  async run(request: RunRequest): Promise<RunReply> {
    this.#invalidate.get(request.cell)?.();
    const run = new Run(request, this.#workspace, this.#show);
    const started = performance.now();
    try {
      const outcome = await this.#execute(run);
      return await this.#finish(run, outcome, performance.now() - started);
    } catch (error) {
      return this.#fail(run, error, performance.now() - started);
    } finally {
      run.settled = true;
      this.#active = null;
    }
  }

  /** Ends the running cell, whatever it waits for; its `signal` aborts. */
  interrupt(): void {
    this.#active?.run.abort.abort();
    this.#active?.end(new Interrupted());
  }

  /** An error that no one awaited: it fails the running cell if it is that cell's; otherwise the answer is false. */
  takeStray(error: unknown): boolean {
    const active = this.#active;
    if (!active) return false;
    const cell = this.#stacks.cellOf(error);
    if (cell !== null && cell !== active.run.request.cell) return false;
    active.end(error);
    return true;
  }

  #execute(run: Run): Promise<CellOutcome> {
    const { request } = run;
    const inputs = {
      signal: run.abort.signal,
      invalidation: this.#untilInvalid(request.cell),
      ...this.#values.inputs(request.inputs),
    };
    return new Promise((resolve, reject) => {
      this.#active = { run, end: reject };
      within(run, async () => {
        await null; // an endless loop that is ended takes the tick it runs in with it: not the one that reads messages
        const outcome = await this.#compile(request)(this.#scope, inputs);
        const output = await toOutput(await outcome.result);
        await run.finishBegun();
        if (output) run.output(output);
        return outcome;
      }).then(resolve, reject);
    });
  }

  async #finish(run: Run, outcome: CellOutcome, ms: number): Promise<RunReply> {
    const { cell, inputs, keepValues } = run.request;
    const mutated = this.#values.changed(inputs);
    const exports = this.#values.adopt(cell, outcome.exports);
    const values = mutated.length ? null : await this.#values.keep(cell, ms, keepValues);
    return { status: 'done', error: null, ms, exports, values, reads: run.reads, impure: run.impure, mutated };
  }

  #fail(run: Run, error: unknown, ms: number): RunReply {
    const { cell, inputs } = run.request;
    const interrupted = error instanceof Interrupted;
    return {
      status: interrupted ? 'interrupted' : 'error',
      error: interrupted ? null : this.#stacks.describe(error, cell),
      ms,
      exports: [],
      values: null,
      reads: run.reads,
      impure: run.impure,
      mutated: this.#values.changed(inputs),
    };
  }

  #compile(request: RunRequest): CellFunction {
    const known = this.#compiled.get(request.cell);
    if (known?.js === request.js) return known.run;
    const filename = this.#stacks.register(request.cell, request.label, request.map);
    const run: CellFunction = new Script(request.js, { filename }).runInThisContext(); // compileCell emits one function
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
    return {
      ...impureGlobals(),
      import: importModule,
      require: requireFrom(notebook),
      meta: { url: pathToFileURL(notebook).href, filename: notebook, dirname: dirname(notebook) },
      label: (name: string) => {
        if (this.#active) this.#active.run.nextWidget = name;
      },
    };
  }
}

class Interrupted extends Error {}
