import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { Child } from '../process/child.ts';
import { findNode } from '../process/forkNode.ts';
import { PROFILE_FOLDER } from '../protocol/profiler.ts';

/** What a profiler's process is started with. */
export interface ProcessOptions {
  /** Path of the child's bundle, `dist/profile.js`. */
  readonly script: string;
  readonly nodePath: string | null;
  /** Limit of its heap. */
  readonly memoryMB: number;
  readonly log: Log;
}

/** A process for one measurement, with a folder of its own; both are gone after `end`. */
export class ProfilerProcess {
  readonly child: Child;
  readonly folder: string;

  private constructor(child: Child, folder: string) {
    this.child = child;
    this.folder = folder;
  }

  static async start({ script, nodePath, memoryMB, log }: ProcessOptions): Promise<ProfilerProcess> {
    const [node, folder] = await Promise.all([findNode(nodePath), mkdtemp(join(tmpdir(), 'memoir-profile-'))]);
    const execArgv = [
      `--max-old-space-size=${memoryMB}`,
      '--detailed-line-info', // code that was optimised before sampling began still tells its lines
      '--no-warnings=ExperimentalWarning',
    ];
    const child = new Child({ node, script, cwd: folder, execArgv, env: { [PROFILE_FOLDER]: folder } });
    void child.ended.then(({ stderr }) => stderr && log.info(`The profiled function's last words: ${stderr}`));
    return new ProfilerProcess(child, folder);
  }

  async end(): Promise<void> {
    this.child.kill();
    await this.child.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
