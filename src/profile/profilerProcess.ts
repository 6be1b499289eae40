import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Log } from '../base/log.ts';
import { Child } from '../process/child.ts';
import { findNode } from '../process/forkNode.ts';
import { PROFILE_FOLDER, type Touched } from '../protocol/profiler.ts';
import { type Measured, Measurement, type ProfilePhase } from './measurement.ts';

/** How a function is measured. */
export interface MeasureRequest {
  readonly file: string;
  /** How long measuring may take; a call that does not end by then is stopped. 10 by default. */
  readonly seconds?: number;
  /** Calls to time; by default as many as make the median sure. */
  readonly runs?: number;
  /** Limit of the function's heap; 2,048 by default. */
  readonly memoryMB?: number;
  /** Working directory of the function; the folder of its file by default. */
  readonly cwd?: string;
  /** Ends the measurement; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: ProfilePhase) => void;
  /** Whether a function that touched the outside may be called again; without it, it is not. */
  readonly onConsent?: (touched: readonly Touched[]) => Promise<boolean>;
}

/** What the profiler needs of its surroundings. */
export interface ProfilerEnvironment {
  /** Path of the child's bundle, `dist/profile.js`. */
  readonly script: string;
  /** What `import … from 'memoir'` leads to, `dist/index.js`. */
  readonly memoir: string;
  readonly nodePath: string | null;
  readonly log: Log;
}

/** One measurement's process, with a folder of its own; gone after `end`. */
export class ProfilerProcess {
  /** Where the target's bundle belongs. */
  readonly outfile: string;
  readonly #request: MeasureRequest;
  readonly #folder: string;
  readonly #child: Child;
  readonly #onAbort = () => this.#child.kill();

  private constructor(request: MeasureRequest, folder: string, child: Child) {
    this.outfile = join(folder, 'target.mjs');
    this.#request = request;
    this.#folder = folder;
    this.#child = child;
    request.signal?.addEventListener('abort', this.#onAbort);
  }

  /** Starts the process; it gets ready while the target is still being bundled. */
  static async start(
    request: MeasureRequest,
    { script, nodePath, log }: ProfilerEnvironment,
    flags: readonly string[],
  ): Promise<ProfilerProcess> {
    const { memoryMB = DEFAULTS.memoryMB, cwd = dirname(resolve(request.file)) } = request;
    const node = await findNode(nodePath);
    const folder = await mkdtemp(join(tmpdir(), 'memoir-profile-'));
    const execArgv = [
      `--max-old-space-size=${memoryMB}`,
      '--detailed-line-info', // code that was optimised before sampling began still tells its lines
      '--no-warnings=ExperimentalWarning',
      ...flags,
    ];
    const child = new Child({ node, script, cwd, execArgv, env: { [PROFILE_FOLDER]: folder } });
    void child.ended.then(({ stderr }) => stderr && log.info(`The profiled function's last words: ${stderr}`));
    return new ProfilerProcess(request, folder, child);
  }

  /** All passes over the bundle in `outfile`, or, with `stacksOnly`, the first call and sampling. */
  async measure(stacksOnly: boolean): Promise<Measured> {
    const { seconds = DEFAULTS.seconds, runs = null, memoryMB = DEFAULTS.memoryMB, signal } = this.#request;
    const { onProgress = () => {}, onConsent = async () => false } = this.#request;
    signal?.throwIfAborted();
    const parts = { child: this.#child, folder: this.#folder, onPhase: onProgress, onConsent };
    const measured = await new Measurement({ ...parts, seconds, runs, memoryMB, stacksOnly }).run(this.outfile);
    signal?.throwIfAborted();
    return measured;
  }

  async end(): Promise<void> {
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    this.#child.kill();
    await this.#child.ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const DEFAULTS = { seconds: 10, memoryMB: 2048 };
