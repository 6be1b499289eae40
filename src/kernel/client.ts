import { messageOf, UserError } from '../base/errors.ts';
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
import type { RowsRequest, TableData } from '../protocol/output.ts';
import { Peer } from '../protocol/rpc.ts';
import { emptyReply } from './emptyReply.ts';

export interface KernelOptions {
  /** Path of the child's bundle, `dist/kernel.js`. */
  readonly script: string;
  readonly notebook: string;
  readonly workspace: string;
  /** Working directory of the cells. */
  readonly cwd: string;
  /** Where values are kept; null keeps none. */
  readonly valuesDirectory: string | null;
  /** Whether they are compressed; true unless given. */
  readonly compression?: boolean;
  readonly nodePath: string | null;
  readonly maxMemoryMB: number;
  /** Variables for its environment, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Called before a process starts; what it throws keeps the process from starting. */
  readonly mayStart?: () => void;
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
  /** Why the host itself ends the process: it was asked to, or a cell did not end when interrupted. */
  stopping: 'asked' | 'stuck' | null;
  ended: boolean;
}

/** Owns the kernel process of one notebook: starts it when needed, ends it, and tells when it was lost. */
export class KernelClient implements Kernel {
  readonly #options: KernelOptions;
  readonly #events = new Emitter<KernelEvent>();
  readonly #lost = new Emitter<string | null>();
  readonly #started = new Emitter<number>();
  #running: Promise<Running> | null = null;
  /** What `#running` comes to. */
  #current: Running | null = null;
  #active: { readonly reply: Promise<RunReply>; interrupted: boolean } | null = null;
  #disposed = false;

  readonly onEvent = this.#events.event;
  readonly onLost = this.#lost.event;
  /** A process has started, with this number. */
  readonly onStarted = this.#started.event;

  constructor(options: KernelOptions) {
    this.#options = options;
  }

  /** Answers always: a run whose process is lost ends with an error that says so. */
  async run(request: RunRequest): Promise<RunReply> {
    const reply = this.#run(request);
    this.#active = { reply, interrupted: false };
    try {
      return await reply;
    } finally {
      this.#active = null;
    }
  }

  async interrupt(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    active.interrupted = true;
    const running = await this.#running?.catch(() => null);
    if (!running || (await this.#ends(active, running))) return;
    this.#options.log.warn('The running cell did not end when interrupted; the kernel is ended.');
    running.stopping = 'stuck';
    running.child.kill();
    await settled(active.reply);
  }

  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    const { child, peer } = await this.#start();
    return Promise.race([child.ended.then(() => false), peer.call('restore', { cell, values })]).catch(() => false);
  }

  async drop(cells: readonly CellId[]): Promise<void> {
    const running = await this.#running?.catch(() => null);
    await running?.peer.call('drop', { cells }).catch(() => {}); // a kernel that is lost holds nothing
  }

  async rows(request: RowsRequest): Promise<TableData['rows']> {
    const { peer } = await this.#start();
    return peer.call('rows', request);
  }

  /** Starts the kernel if need be and opens it to a debugger, who knows cells as files in `directory`; gives the port. */
  async debug(directory: string): Promise<number> {
    const { peer } = await this.#start();
    const { port } = await peer.call('debug', { directory });
    if (port === null)
      throw new UserError('Node.js opened no port for the debugger. Restart the kernel and try again.');
    return port;
  }

  /** Lets go of the debugger. */
  async endDebug(): Promise<void> {
    const running = await this.#running?.catch(() => null);
    await running?.peer.call('debug', { directory: null }).catch(() => {}); // a kernel that is gone has let go
  }

  async restart(): Promise<void> {
    const running = await this.#running?.catch(() => null);
    if (!running) return;
    running.stopping ??= 'asked';
    this.#running = null;
    await running.child.stop(100);
  }

  dispose(): void {
    this.#disposed = true;
    void this.restart();
    this.#events.dispose();
    this.#lost.dispose();
    this.#started.dispose();
  }

  async #run(request: RunRequest): Promise<RunReply> {
    const running = await this.#start();
    if (this.#active?.interrupted) return emptyReply('interrupted'); // while the kernel started
    let begun = false;
    const listening = this.#events.event((event) => {
      if (event.type === 'begin' && event.run === request.run) begun = true;
    });
    const lost = running.child.ended.then((end) => {
      if (running.stopping) return emptyReply('interrupted');
      return begun ? emptyReply('error', this.#describe(running, end)) : emptyReply('unready');
    });
    const reply = running.peer.call('run', request);
    const answer = reply.catch((error) => (running.ended ? lost : emptyReply('error', messageOf(error))));
    return Promise.race([lost, answer]).finally(() => listening.dispose());
  }

  /** Whether the running cell ends when asked, or when nudged. */
  async #ends({ reply }: { readonly reply: Promise<RunReply> }, { child, peer }: Running): Promise<boolean> {
    peer.call('interrupt', {}).catch(() => {}); // the process may end on the way; `reply` settles then
    if (await settlesWithin(reply, NUDGE_AFTER_MS)) return true;
    child.nudge();
    return settlesWithin(reply, KILL_AFTER_MS - NUDGE_AFTER_MS);
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
    this.#options.mayStart?.();
    const {
      script,
      cwd,
      notebook,
      workspace,
      valuesDirectory,
      compression = true,
      nodePath,
      maxMemoryMB,
      environment,
      log,
    } = this.#options;
    const node = await findNode(nodePath);
    const execArgv = [
      `--max-old-space-size=${maxMemoryMB}`,
      '--no-force-async-hooks-checks', // see kernel/interrupt.ts
      '--no-warnings=ExperimentalWarning',
    ];
    const child = new Child({ node, script, cwd, execArgv, env: { ...KERNEL_ENVIRONMENT, ...environment } });
    const peer = new Peer<KernelMethods, KernelEvent>(child.port);
    const running: Running = { child, peer, stopping: null, ended: false };
    this.#current = running;
    peer.onEvent((event) => this.#events.fire(event));
    void child.ended.then((end) => this.#ended(running, end));
    const start = peer.call('start', { notebook, workspace, valuesDirectory, compression }).then(
      () => null,
      () => child.ended, // it can only fail by ending
    );
    const end = await start;
    if (end) {
      log.error(`The kernel did not start. ${end.stderr}`);
      throw new UserError(
        `The kernel did not start with ${node.path} (Node.js ${node.version}): ${firstLine(end.stderr)}. Set "memoir.kernel.nodePath" to another Node.js.`,
      );
    }
    this.#started.fire(child.pid!); // it has answered
    log.info(`Kernel ${child.pid} started with Node.js ${node.version} for ${notebook}.`);
    return running;
  }

  #ended(running: Running, end: ChildEnd): void {
    running.ended = true;
    if (this.#current === running) this.#running = null;
    running.peer.dispose();
    if (!running.stopping && end.stderr) this.#options.log.warn(`The kernel's last words: ${end.stderr}`);
    this.#lost.fire(running.stopping === 'asked' ? null : this.#describe(running, end));
  }

  #describe({ stopping }: Running, end: ChildEnd): string {
    return stopping === 'stuck'
      ? `The cell did not end when it was interrupted, so its kernel was ended. ${COMES_BACK}`
      : describeEnd(end, this.#options.maxMemoryMB);
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return promise.then(
    () => {},
    () => {},
  );
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([settled(promise).then(() => true as const), late]);
  clearTimeout(timer);
  return inTime;
}

const COMES_BACK = 'Values that were kept come back when they are needed.';

function describeEnd({ code, signal, stderr }: ChildEnd, maxMemoryMB: number): string {
  if (/heap out of memory|Allocation failed/.test(stderr)) {
    return `The kernel ran out of memory (its limit is ${maxMemoryMB} MB) and was ended. Load less at once, or raise "memoir.kernel.maxMemoryMB". ${COMES_BACK}`;
  }
  const how = signal ? `signal ${signal}` : `exit code ${code}`;
  return `The kernel ended unexpectedly (${how}). It starts again with the next run. ${COMES_BACK}`;
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim()) ?? 'it ended without a word';
}
