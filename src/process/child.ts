import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { Port } from '../protocol/rpc.ts';
import type { NodeRuntime } from './forkNode.ts';

export interface ChildOptions {
  readonly node: NodeRuntime;
  readonly script: string;
  readonly cwd: string;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a child ended: by exit code, by signal, or because it could not be started. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of what it wrote to stderr, up to 8 kB. */
  readonly stderr: string;
}

/** What a child wrote before it ended has arrived by then. */
const LAST_WORDS_MS = 200;

/** A group of its own, so that an interrupt typed into a terminal is ours to handle, and a kill ends its children too. */
const OWN_GROUP = process.platform !== 'win32'; // there, a detached child would open a console window

/** A Node child with a message port. It ends politely, then by force; it never outlives its owner. */
export class Child implements Disposable {
  readonly #process: ChildProcess;
  readonly #messages = new Emitter<unknown>();
  readonly #closed = new Emitter<string>();
  #stderr = '';
  readonly ended: Promise<ChildEnd>;
  readonly port: Port;

  constructor(options: ChildOptions) {
    this.#process = spawn(options.node.path, [...(options.execArgv ?? []), options.script], {
      cwd: options.cwd,
      env: { ...process.env, ...options.node.env, ...options.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
      serialization: 'advanced',
      windowsHide: true,
      detached: OWN_GROUP,
    });
    this.#process.on('message', (message) => this.#messages.fire(message));
    this.#process.stderr?.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-8192);
    });
    this.ended = this.#whenEnded();
    this.port = {
      post: (message) => this.#process.connected && this.#process.send(message as object, () => {}), // a lost peer shows as `close`
      onMessage: this.#messages.event,
      onClose: this.#closed.event,
    };
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Wakes whoever in the child listens on file descriptor 4, even while its main thread is busy. */
  nudge(): void {
    const control = this.#process.stdio[4] as Writable | null;
    control?.write('!');
  }

  /** Asks the child to end, and kills it after `graceMs`. */
  async stop(graceMs = 500): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    if (!this.#killGroup()) this.#process.kill('SIGKILL');
  }

  dispose(): void {
    void this.stop();
  }

  /** Kills the child and what it started, also when the child itself has ended. */
  #killGroup(): boolean {
    const { pid } = this.#process;
    try {
      return OWN_GROUP && pid !== undefined && process.kill(-pid, 'SIGKILL');
    } catch {
      return false; // nobody is left in it
    }
  }

  #whenEnded(): Promise<ChildEnd> {
    return new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        resolve({ code, signal, stderr: this.#stderr }); // only the first counts
        this.#closed.fire('The process has ended.');
        this.#messages.dispose();
        this.#closed.dispose();
      };
      this.#process.stdio[4]?.on('error', () => {}); // writing to a child that is gone; `exit` tells
      this.#process.once('error', (error) => {
        this.#stderr += error.message;
        end(null, null);
      });
      // not `close`: after a disconnect of ours it never comes, and a grandchild may hold stderr open
      this.#process.once('exit', (code, signal) => {
        this.#killGroup();
        const timer = setTimeout(() => end(code, signal), LAST_WORDS_MS);
        this.#process.stderr?.once('close', () => {
          clearTimeout(timer);
          end(code, signal);
        });
      });
    });
  }
}
