import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Log } from '../base/log.ts';
import { Child, type ChildEnd } from '../process/child.ts';
import { findNode } from '../process/forkNode.ts';
import type {
  CellId,
  Kernel,
  KernelEvent,
  KernelMethods,
  RunReply,
  RunRequest,
  ValuesRef,
} from '../protocol/kernel.ts';
import { Peer } from '../protocol/rpc.ts';

export interface KernelOptions {
  /** Path of the child's bundle, `dist/kernel.js`. */
  readonly script: string;
  readonly notebook: string;
  readonly workspace: string;
  /** Working directory of the cells. */
  readonly cwd: string;
  /** Where values are kept; null keeps none. */
  readonly valuesDirectory: string | null;
  readonly nodePath: string | null;
  readonly maxMemoryMB: number;
  readonly log: Log;
}

/** What cells find in their environment beside this process's own. */
export const KERNEL_ENVIRONMENT: Readonly<Record<string, string>> = { UV_THREADPOOL_SIZE: '16' };

/** A cell that awaits is interrupted by a message; one that computes needs a nudge after this long. */
const NUDGE_AFTER_MS = 150;
/** A cell that even a nudge does not end takes the process with it. */
const KILL_AFTER_MS = 800;

interface Running {
  readonly child: Child;
  readonly peer: Peer<KernelMethods, KernelEvent>;
  /** Set when the host itself ends the process. */
  stopping: boolean;
}

/** Owns the kernel process of one notebook: starts it when needed, ends it, and tells when it was lost. */
export class KernelClient implements Kernel {
  readonly #options: KernelOptions;
  readonly #events = new Emitter<KernelEvent>();
  readonly #lost = new Emitter<string | null>();
  #running: Promise<Running> | null = null;
  #active: Promise<unknown> | null = null;
  #disposed = false;

  readonly onEvent = this.#events.event;
  readonly onLost = this.#lost.event;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  async run(request: RunRequest): Promise<RunReply> {
    const { child, peer } = await this.#start();
    const reply = peer.call('run', request);
    this.#active = reply.then(
      () => {},
      () => {},
    );
    try {
      return await reply;
    } catch {
      return failedRun(describeEnd(await child.ended, this.#options.maxMemoryMB));
    } finally {
      this.#active = null;
    }
  }

  async interrupt(): Promise<void> {
    if (!this.#active || !this.#running) return;
    const { child, peer } = await this.#running;
    const active = this.#active;
    peer.call('interrupt', {}).catch(() => {}); // the process may end on the way; `active` settles then
    if (await settlesWithin(active, NUDGE_AFTER_MS)) return;
    child.nudge();
    if (await settlesWithin(active, KILL_AFTER_MS - NUDGE_AFTER_MS)) return;
    this.#options.log.warn('The running cell did not end when interrupted; the kernel is ended.');
    child.kill();
    await active;
  }

  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    const { peer } = await this.#start();
    return peer.call('restore', { cell, values });
  }

  async drop(cells: readonly CellId[]): Promise<void> {
    if (!this.#running) return;
    const { peer } = await this.#running;
    await peer.call('drop', { cells });
  }

  async restart(): Promise<void> {
    const running = await this.#running?.catch(() => null);
    if (!running) return;
    running.stopping = true;
    await running.child.stop(100);
  }

  dispose(): void {
    this.#disposed = true;
    void this.restart();
    this.#events.dispose();
    this.#lost.dispose();
  }

  #start(): Promise<Running> {
    if (this.#disposed) return Promise.reject(new Error('The notebook is closed.'));
    this.#running ??= this.#launch().catch((error) => {
      this.#running = null;
      throw error;
    });
    return this.#running;
  }

  async #launch(): Promise<Running> {
    const { script, cwd, notebook, workspace, valuesDirectory, nodePath, maxMemoryMB, log } = this.#options;
    const node = await findNode(nodePath);
    const execArgv = [
      `--max-old-space-size=${maxMemoryMB}`,
      '--no-force-async-hooks-checks', // see kernel/interrupt.ts
      '--no-warnings=ExperimentalWarning',
    ];
    const child = new Child({ node, script, cwd, execArgv, env: KERNEL_ENVIRONMENT });
    const peer = new Peer<KernelMethods, KernelEvent>(child.port);
    const running: Running = { child, peer, stopping: false };
    peer.onEvent((event) => this.#events.fire(event));
    void child.ended.then((end) => this.#ended(running, end));
    try {
      await peer.call('start', { notebook, workspace, valuesDirectory });
    } catch (error) {
      const end = await child.ended;
      log.error(`The kernel did not start. ${end.stderr}`, error);
      throw new UserError(
        `The kernel did not start with ${node.path} (Node.js ${node.version}): ${firstLine(end.stderr)}`,
      );
    }
    log.info(`Kernel ${child.pid} started with Node.js ${node.version} for ${notebook}.`);
    return running;
  }

  #ended(running: Running, end: ChildEnd): void {
    this.#running = null;
    running.peer.dispose();
    if (!running.stopping && end.stderr) this.#options.log.warn(`The kernel's last words: ${end.stderr}`);
    this.#lost.fire(running.stopping ? null : describeEnd(end, this.#options.maxMemoryMB));
  }
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = await Promise.race([promise.then(() => true as const), late]);
  clearTimeout(timer);
  return settled;
}

function failedRun(message: string): RunReply {
  const error = { name: 'KernelLost', message, line: null, column: null };
  return { status: 'error', error, ms: 0, exports: [], values: null, reads: [], impure: [], mutated: [] };
}

function describeEnd({ code, signal, stderr }: ChildEnd, maxMemoryMB: number): string {
  if (/heap out of memory|Allocation failed/.test(stderr)) {
    return `The kernel ran out of memory (its limit is ${maxMemoryMB} MB) and was ended. Load less at once, or raise "memoir.kernel.maxMemoryMB". Values that were kept come back when they are needed.`;
  }
  const how = signal ? `signal ${signal}` : `exit code ${code}`;
  return `The kernel ended unexpectedly (${how}). It starts again with the next run; values that were kept come back when they are needed.`;
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim()) ?? 'it ended without a word';
}
