import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { Child, type ChildEnd } from '../process/child.ts';
import { findNode } from '../process/forkNode.ts';
import { PROFILE_FOLDER, type ProfilerMethods } from '../protocol/profiler.ts';
import { Peer } from '../protocol/rpc.ts';

/** What a profiler's process is started with. */
export interface ProcessOptions {
  /** Path of the child's bundle, `dist/profile.js`. */
  readonly script: string;
  readonly nodePath: string | null;
  /** Limit of its heap. */
  readonly memoryMB: number;
  readonly log: Log;
}

export const DEFAULT_MEMORY_MB = 2048;

/** Where the passes of a measurement run. */
export interface PassRunner {
  /** Where CPU profiles appear. */
  readonly folder: string;
  readonly ended: Promise<ChildEnd>;
  call: Peer<ProfilerMethods>['call'];
  /** Has the profile so far written, also while the target is busy, and then ends. */
  nudge(): void;
  kill(): void;
}

/** A process for one measurement, with a folder of its own; both are gone after `end`. */
export class ProfilerProcess implements PassRunner {
  readonly folder: string;
  readonly ended: Promise<ChildEnd>;
  readonly #child: Child;
  readonly #peer: Peer<ProfilerMethods>;

  private constructor(child: Child, folder: string) {
    this.#child = child;
    this.#peer = new Peer(child.port);
    this.folder = folder;
    this.ended = child.ended;
  }

  static async start({ script, nodePath, memoryMB, log }: ProcessOptions): Promise<ProfilerProcess> {
    const [node, folder] = await Promise.all([findNode(nodePath), mkdtemp(join(tmpdir(), 'memoir-profile-'))]);
    // Flags that change what V8 compiles would have it compile all of Node's own code anew, twice.
    const execArgv = [`--max-old-space-size=${memoryMB}`, '--no-warnings=ExperimentalWarning'];
    const child = new Child({ node, script, cwd: folder, execArgv, env: { [PROFILE_FOLDER]: folder } });
    void child.ended.then(({ stderr }) => stderr && log.info(`The profiled function's last words: ${stderr}`));
    return new ProfilerProcess(child, folder);
  }

  call<K extends keyof ProfilerMethods>(method: K, params: Parameters<ProfilerMethods[K]>[0]) {
    return this.#peer.call(method, params);
  }

  nudge(): void {
    this.#child.nudge();
  }

  kill(): void {
    this.#child.kill();
  }

  async end(): Promise<void> {
    this.#peer.dispose();
    this.#child.kill();
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
