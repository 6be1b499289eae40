import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis.ts';

/** The folder of this machine's PostgreSQL programs: `POSTGRES_BIN` if set, else where Debian keeps them, or the path's. */
export function findPostgres(): string | undefined {
  const folders = [
    process.env.POSTGRES_BIN,
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** A real PostgreSQL of a test's own, in a folder that goes with it; it can be killed, frozen and started again on its port. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #bin: string;
  /** PostgreSQL refuses to run as root. */
  readonly #user: { uid?: number; gid?: number };
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string, bin: string, user: { uid?: number; gid?: number }) {
    this.port = port;
    this.#folder = folder;
    this.#bin = bin;
    this.#user = user;
  }

  static async create(): Promise<PostgresServer> {
    const bin = findPostgres()!;
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'memoir-postgres-')));
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (isRoot) chownSync(folder, user.uid!, user.gid!);
    chmodSync(folder, 0o700);
    const server = new PostgresServer(await freePort(), folder, bin, user);
    const made = spawnSync(
      join(bin, 'initdb'),
      ['-D', join(folder, 'data'), '-U', 'memoir', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
      { ...user, cwd: folder, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
    return server.start();
  }

  get url(): string {
    return `postgres://memoir:secret@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<this> {
    const options = [
      '-D',
      join(this.#folder, 'data'),
      '-p',
      String(this.port),
      '-h',
      '127.0.0.1',
      '-k',
      this.#folder,
      '-F',
    ];
    this.#process = spawn(join(this.#bin, 'postgres'), options, {
      ...this.#user,
      cwd: this.#folder,
      stdio: 'ignore',
    });
    while (!(await this.#answers())) await sleep(20);
    return this;
  }

  /** Ends it at once, and what serves its connections, as a loss of power would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.#signal('SIGKILL', child);
    await once(child, 'exit');
    rmSync(join(this.#folder, 'data', 'postmaster.pid'), { force: true });
  }

  /** It keeps its connections and answers nothing. */
  freeze(): void {
    this.#signal('SIGSTOP', this.#process!);
  }

  thaw(): void {
    this.#signal('SIGCONT', this.#process!);
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #signal(signal: NodeJS.Signals, child: ChildProcess): void {
    const found = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout; // what serves connections
    for (const pid of [child.pid!, ...found.split('\n').filter(Boolean).map(Number)]) process.kill(pid, signal);
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      // A startup packet for the protocol 3.0; while it starts, the server answers with an error instead of "R".
      const body = Buffer.from('\0\x03\0\0user\0memoir\0database\0postgres\0\0', 'latin1');
      const head = Buffer.alloc(4);
      head.writeInt32BE(body.length + 4);
      socket.once('connect', () => socket.write(Buffer.concat([head, body])));
      socket.once('data', (answer) => {
        resolve(answer[0] === 'R'.charCodeAt(0));
        socket.destroy();
      });
      socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    });
  }
}

function idOf(flag: string): number {
  const found = ['postgres', 'nobody']
    .map((name) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    .find(({ status }) => status === 0);
  return Number(found?.stdout);
}
