import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serverMain } from './webBuild.ts';

/** Settings under which nothing moves, asks or calls out by itself. */
const QUIET = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.confirmBeforeClose': 'never',
  'workbench.editor.useModal': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.quickOpen.closeOnFocusLost': false, // a page that takes the focus late would close the list under the test
  'workbench.tips.enabled': false,
};

const lifeline = join(import.meta.dirname, 'lifeline.mjs');

/** Where one VS Code keeps what is its own. */
export interface ServerHome {
  readonly serverData: string;
  readonly userData: string;
  readonly extensions: string;
}

export interface ServerOptions {
  /** Zero takes any free port. */
  readonly port?: number;
  /** Counts every workspace as trusted. */
  readonly trusted?: boolean;
  /** Lets the page start test suites and hear how they end; hides notifications. */
  readonly testDriver?: boolean;
}

/** A home in `folder`; single directories may lie elsewhere. */
export function makeHome(folder: string, elsewhere: Partial<ServerHome> = {}): ServerHome {
  const home = {
    serverData: join(folder, 'server'),
    userData: join(folder, 'user'),
    extensions: join(folder, 'extensions'),
    ...elsewhere,
  };
  mkdirSync(home.extensions, { recursive: true });
  mkdirSync(join(home.userData, 'User'), { recursive: true });
  return home;
}

/** Replaces the user settings of a home; a running window sees it too. */
export function writeSettings(home: ServerHome, settings: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(home.userData, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
}

/** Runs the server's command line (`--install-extension file`, `--list-extensions`, …) to its end. */
export async function runServerCommand(
  root: string,
  home: ServerHome,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, [serverMain(root), ...homeArguments(home), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number>((done) => {
    child.once('error', () => done(1));
    child.once('close', (status) => done(status ?? 1));
  });
  return { code, output };
}

/** A running VS Code server with its extension hosts. */
export class Server {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  static async start(root: string, home: ServerHome, options: ServerOptions = {}): Promise<Server> {
    const args = [
      serverMain(root),
      ...homeArguments(home),
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
      ...['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'],
      ...(options.testDriver ? ['--enable-smoke-test-driver'] : []),
      ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
    ];
    // A group of its own: extension hosts, terminals and watchers go with it.
    const child = spawn(process.execPath, [lifeline, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { MEMOIR_KEY_FILE: join(home.serverData, 'memoir.key'), ...process.env }, // not the key of whoever runs the tests
    });
    return new Server(child, await listeningPort(child));
  }

  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The address of a window on `folder`, with what a desktop would take as arguments. */
  windowUrl(folder: string | undefined, payload: readonly (readonly [string, string])[] = []): string {
    const query = new URLSearchParams(folder ? { folder } : { ew: 'true' });
    query.set('payload', JSON.stringify([['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload]));
    return `http://${this.authority}/?${query}`;
  }

  onExit(listener: () => void): void {
    this.#process.once('exit', listener);
  }

  /** Asks the server to end, then makes it end. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    for (let waited = 0; waited < 2000 && this.#signal(0); waited += 50) await delay(50);
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#process.pid!, signal);
    } catch {
      return false; // nobody left
    }
  }
}

function homeArguments(home: ServerHome): string[] {
  const { serverData, userData, extensions } = home;
  return ['--server-data-dir', serverData, '--user-data-dir', userData, '--extensions-dir', extensions];
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk;
      const port = /agent listening on (\d+)/.exec(said)?.[1];
      if (port) resolve(Number(port));
    };
    child.stdout!.on('data', listen);
    child.stderr!.on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The VS Code server did not start.\n${said}`)));
  });
}
