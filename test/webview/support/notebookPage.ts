import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Output } from '../../../src/protocol/output.ts';
import type { PageTheme } from '../../../webview/pageTheme.ts';

const project = resolve(import.meta.dirname, '../../..');

/** What the page's own script offers to tests; see `HOST`. */
interface Host {
  readonly posted: { type: string; name?: string; value?: unknown }[];
  readonly evalWorks: boolean | undefined;
  readonly trespass: string[];
  render(id: string, mime: string, json: string): Promise<void>;
  receive(message: unknown): void;
  dispose(id?: string): void;
  setTheme(theme: PageTheme): void;
}

/** Plays VS Code's notebook webview: outputs in slots, messages, a theme; no `eval`, nothing from the network. */
const HOST = `
import { activate } from '/renderer.js';
const listeners = new Set();
const posted = [];
const renderer = activate({
  postMessage: (message) => posted.push(message),
  onDidReceiveMessage: (listener) => { listeners.add(listener); return { dispose: () => listeners.delete(listener) }; },
});
const host = window.host = {
  posted, trespass: [],
  async render(id, mime, json) {
    let slot = document.getElementById(id);
    if (!slot) { slot = document.createElement('div'); slot.id = id; document.body.append(slot); }
    await renderer.renderOutputItem({ id, mime, json: () => JSON.parse(json), text: () => JSON.parse(json), data: () => new TextEncoder().encode(JSON.parse(json)) }, slot, new AbortController().signal);
  },
  receive: (message) => listeners.forEach((listener) => listener(message)),
  dispose: (id) => renderer.disposeOutputItem(id),
  setTheme({ kind, variables }) {
    document.body.className = kind;
    document.body.dataset.vscodeThemeKind = kind;
    document.documentElement.removeAttribute('style');
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  },
};
addEventListener('keydown', (event) => host.trespass.push(event.key));
setTimeout(() => { try { host.evalWorks = (0, eval)('true'); } catch { host.evalWorks = false; } });
`;

/** The renderer as it is built, on a page in a real browser. */
export class NotebookPage {
  static async open(): Promise<NotebookPage> {
    const server = await serve(await bundle());
    const browser = await chromium.launch({
      executablePath: process.env.MEMOIR_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    const page = await browser.newPage({ viewport: { width: 760, height: 900 }, reducedMotion: 'reduce' });
    const notebook = new NotebookPage(server, browser, page);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => (globalThis as unknown as { host?: Host }).host?.evalWorks !== undefined);
    return notebook;
  }

  readonly page: Page;
  /** What the page reported as wrong. */
  readonly problems: string[] = [];
  readonly #server: Server;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser, page: Page) {
    this.#server = server;
    this.#browser = browser;
    this.page = page;
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    page.on('pageerror', (error) => this.problems.push(error.message));
  }

  /** Draws the richest item of an output in the slot `id`, anew or over what is there. */
  async render(id: string, output: Output | null): Promise<Locator> {
    const { mime, data } = output!.items[0]!;
    await this.page.evaluate(
      ([slot, type, json]) => (globalThis as unknown as { host: Host }).host.render(slot!, type!, json!),
      [id, mime, JSON.stringify(data)],
    );
    return this.page.locator(`#${id}`);
  }

  async setTheme(theme: PageTheme): Promise<void> {
    await this.page.evaluate((t) => (globalThis as unknown as { host: Host }).host.setTheme(t), theme);
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'); // it is heard then
  }

  async receive(message: unknown): Promise<void> {
    await this.page.evaluate((m) => (globalThis as unknown as { host: Host }).host.receive(m), message);
  }

  async dispose(id: string): Promise<void> {
    await this.page.evaluate((i) => (globalThis as unknown as { host: Host }).host.dispose(i), id);
  }

  /** Values that a widget posted, oldest first. */
  async posted(name: string): Promise<unknown[]> {
    const all = await this.#read((host) => host.posted);
    return all.filter((message) => message.name === name).map((message) => message.value);
  }

  /** Keys that reached the page, and with it the notebook. */
  trespass(): Promise<string[]> {
    return this.#read((host) => host.trespass);
  }

  evalWorks(): Promise<boolean | undefined> {
    return this.#read((host) => host.evalWorks);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }

  #read<T>(read: (host: Host) => T): Promise<T> {
    return this.page.evaluate(`(${read.toString()})(globalThis.host)`);
  }
}

async function bundle(): Promise<Map<string, string>> {
  const built = await build({
    entryPoints: [join(project, 'webview/renderer.ts')],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: '/out',
    loader: { '.css': 'text' },
    target: 'chrome120',
    write: false,
  });
  const files = new Map(
    built.outputFiles.map((file) => [`/${file.path.replace(/\\/g, '/').split('/').at(-1)}`, file.text]),
  );
  return files.set('/host.js', HOST);
}

async function serve(files: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const script = files.get(request.url ?? '');
    if (script !== undefined) return response.setHeader('content-type', 'text/javascript').end(script);
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    if (request.url !== '/') return response.writeHead(404).end();
    response.setHeader('content-type', 'text/html');
    // What VS Code asks of notebooks where it has a policy for them, without its 'unsafe-eval', and with pictures and
    // sound that the page makes itself.
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data: blob:; media-src blob:; connect-src https:; child-src https: data: blob:",
    );
    return response.end(
      '<!doctype html><html><body style="margin:12px;background:var(--vscode-editor-background)"><script type="module" src="/host.js"></script></body></html>',
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
