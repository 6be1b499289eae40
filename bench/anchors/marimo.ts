import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** A notebook in marimo's own server, without a browser: driven as its page drives it. */
export class MarimoNotebook {
  readonly #server: ChildProcess;
  readonly #url: string;
  readonly #file: string;
  #session = '';
  #socket: WebSocket | null = null;
  #completed: () => void = () => {};
  #ids: readonly string[] = [];

  private constructor(server: ChildProcess, url: string, file: string) {
    this.#server = server;
    this.#url = url;
    this.#file = file;
  }

  /** Starts the server; no kernel runs yet. */
  static async start(bin: string, file: string, port: number): Promise<MarimoNotebook> {
    const options = ['--headless', '--no-token', '--no-skew-protection', '--skip-update-check', '--port', String(port)];
    const server = spawn(join(bin, 'marimo'), ['--log-level', 'error', 'edit', ...options, file], { stdio: 'ignore' });
    const url = `127.0.0.1:${port}`;
    for (;;) {
      const up = await fetch(`http://${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) return new MarimoNotebook(server, url, file);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Connects as a new page does, which starts a kernel, and runs all cells. */
  async open(): Promise<void> {
    this.#session = `s_${Math.random().toString(36).slice(2, 8)}`;
    const query = `session_id=${this.#session}&file=${encodeURIComponent(this.#file)}`;
    const socket = new WebSocket(`ws://${this.#url}/ws?${query}`);
    this.#socket = socket;
    await new Promise<void>((ready) => {
      socket.addEventListener('message', ({ data }) => {
        const { op, data: told } = JSON.parse(String(data));
        if (op === 'completed-run') this.#completed();
        if (op !== 'kernel-ready') return;
        this.#ids = told.cell_ids;
        ready();
      });
    });
    await this.#ask('instantiate', { objectIds: [], values: [], autoRun: true });
  }

  /** Gives cells, by place, other code, and waits until all that depends on them has run. */
  run(codes: ReadonlyMap<number, string>): Promise<void> {
    return this.#ask('run', { cellIds: [...codes.keys()].map((at) => this.#ids[at]), codes: [...codes.values()] });
  }

  /** Ends the kernel with its page, if there is one. */
  async shut(): Promise<void> {
    if (!this.#socket) return;
    this.#socket.close();
    await this.#post('home/shutdown_session', { sessionId: this.#session });
  }

  close(): void {
    this.#socket?.close();
    this.#server.kill();
  }

  async #ask(what: string, body: unknown): Promise<void> {
    const completed = new Promise<void>((resolve) => {
      this.#completed = resolve;
    });
    await this.#post(`kernel/${what}`, body);
    await completed;
  }

  async #post(what: string, body: unknown): Promise<void> {
    const headers = { 'Content-Type': 'application/json', 'Marimo-Session-Id': this.#session };
    const url = `http://${this.#url}/api/${what}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`marimo refused ${what}: ${await response.text()}`);
  }
}

/** A notebook's source for marimo: each cell's code, the names it takes and those it gives. */
export function marimoSource(cells: readonly { code: string; takes: readonly string[]; gives: string }[]): string {
  const functions = cells.map(
    ({ code, takes, gives }) =>
      `@app.cell\ndef _(${takes.join(', ')}):\n    ${code.replaceAll('\n', '\n    ')}\n    return (${gives},)\n`,
  );
  return `import marimo\napp = marimo.App()\n\n${functions.join('\n')}`;
}
