import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { KernelClient, type KernelOptions } from '../../src/kernel/client.ts';
import { completeCell } from '../../src/notebook/cell.ts';
import { Program, type ProgramCell } from '../../src/notebook/program.ts';
import type { CellError, CellId, RunId, RunReply, RunRequest, ValuesRef } from '../../src/protocol/kernel.ts';
import type { Output } from '../../src/protocol/output.ts';
import { TempFolder } from '../support/temp.ts';

const dist = resolve(process.env.MEMOIR_TEST_DIST ?? 'dist');

/** What one run gave: the kernel's answer, what it wrote, and what it showed last, as text. */
export interface Ran extends RunReply {
  readonly console: string;
  readonly shown: string | null;
}

/** A folder of files and a real kernel that runs cells in it, one by one, as a session would. */
export class Cells {
  readonly folder: TempFolder;
  readonly kernel: KernelClient;
  readonly late: { cell: CellId; error: CellError }[] = [];
  readonly lost: (string | null)[] = [];
  /** What the last run showed. */
  readonly outputs: Output[] = [];
  readonly #sources = new Map<string, ProgramCell>();
  #program = Program.of([]);
  #written = '';
  #shown: string | null = null;
  #runs = 0;

  constructor(files: Readonly<Record<string, string>> = {}, options: Partial<KernelOptions> = {}) {
    this.folder = new TempFolder(files);
    this.kernel = new KernelClient({
      script: join(dist, 'kernel.js'),
      notebook: this.folder.file('test.memoir.ts'),
      workspace: this.folder.path,
      cwd: this.folder.path,
      valuesDirectory: this.folder.file('.memoir'),
      nodePath: null,
      maxMemoryMB: 1024,
      log: silentLog,
      ...options,
    });
    this.kernel.onLost((why) => this.lost.push(why));
    this.kernel.onEvent((event) => {
      if (event.type === 'late') this.late.push(event);
      else if (event.type === 'console') this.#written += event.lines.map(({ text }) => text).join('');
      else if (event.type === 'output') {
        this.outputs.push(event.output);
        this.#shown = String(event.output.items.find(({ mime }) => mime === 'text/plain')?.data);
      }
    });
    onTestFinished(async () => {
      await this.kernel.restart();
      this.kernel.dispose();
      this.folder.dispose();
    });
  }

  /** Runs the cell called `name` with this source; cells that ran before give it their values. */
  async run(name: string, source: string, more: Partial<RunRequest> = {}): Promise<Ran> {
    const request = await this.request(name, source, more);
    this.#written = '';
    this.#shown = null;
    this.outputs.length = 0;
    const reply = await this.kernel.run(request);
    return { ...reply, console: this.#written, shown: this.#shown };
  }

  /** The value of the last expression of a source that must succeed, as text. */
  async show(source: string): Promise<string | null> {
    const { error, shown } = await this.run('shown', source);
    if (error) throw new Error(error.message);
    return shown;
  }

  restore(name: string, values: ValuesRef | null): Promise<boolean> {
    return values ? this.kernel.restore(name as CellId, values) : Promise.resolve(false);
  }

  async request(name: string, source: string, more: Partial<RunRequest> = {}): Promise<RunRequest> {
    const cell = name as CellId; // names serve as identities here
    const { cell: options } = completeCell({});
    this.#sources.delete(name);
    this.#sources.set(name, { id: cell, kind: 'code', title: name, label: name, source, options, problems: [] });
    this.#program = Program.of([...this.#sources.values()], this.#program);
    const { js, map } = await this.#program.code(cell);
    return {
      run: `run ${++this.#runs}` as RunId,
      cell,
      label: name,
      js,
      map,
      inputs: this.#program.inputs(cell),
      widgets: {},
      set: {},
      widgetName: null,
      keepValues: 'never',
      seed: null,
      now: null,
      ...more,
    };
  }
}

/** Settles when the run has written `marker`, so that a test can act in the middle of it. */
export async function written(cells: Cells, marker: string): Promise<void> {
  await new Promise<void>((done) => {
    const listener = cells.kernel.onEvent((event) => {
      if (event.type !== 'console' || !event.lines.some(({ text }) => text.includes(marker))) return;
      listener.dispose();
      done();
    });
  });
}
