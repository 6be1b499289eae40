import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ProfilePageMessage, ProfileView } from '../../../src/protocol/panel.ts';
import { PAGE_THEMES as THEMES } from '../../../webview/pageTheme.ts';
import { HEAT_COLOURS } from './heatColours.ts';

const project = resolve(import.meta.dirname, '../../..');
const NONCE = 'ZmxhbWVz';

/** Plays VS Code around a webview: the script's interface, messages, a theme. Typed arrays travel as themselves. */
const HOST = `
const posted = [];
let view = null;
const revive = (_, value) => (value?.typed ? new globalThis[value.typed](value.values) : value);
globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => posted.push(structuredClone(message)) });
globalThis.host = {
  posted,
  show(json) {
    const view = JSON.parse(json, revive);
    window.postMessage({ type: 'profile', view }, '*');
  },
  setTheme({ kind, variables }) {
    document.body.className = kind;
    document.body.dataset.vscodeThemeKind = kind;
    document.documentElement.removeAttribute('style');
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  },
};
`;

interface Host {
  readonly posted: ProfilePageMessage[];
  show(json: string): void;
  setTheme(theme: { kind: string; variables: Readonly<Record<string, string>> }): void;
}

type ThemeName = keyof typeof THEMES;

/** The profile page as it is built, under the policy that its panel has, in a real browser. */
export class ProfileHost {
  static async open(): Promise<ProfileHost> {
    const server = await serve(await bundle());
    const browser = await chromium.launch({
      executablePath: process.env.MEMOIR_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
    });
    const page = await browser.newPage({ viewport: { width: 1200, height: 1400 }, reducedMotion: 'reduce' });
    const host = new ProfileHost(server, browser, page);
    await host.reload();
    return host;
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

  async reload(): Promise<void> {
    await this.page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    await this.setTheme('light');
    await this.page.waitForFunction(() => (globalThis as unknown as { host: Host }).host.posted.length > 0);
  }

  async show(view: ProfileView): Promise<void> {
    await this.page.evaluate((json) => (globalThis as unknown as { host: Host }).host.show(json), travelling(view));
    await this.page.locator('h1').waitFor();
    await this.settle();
  }

  async setTheme(name: ThemeName): Promise<void> {
    const heat = HEAT_COLOURS[name].map((colour, i) => [`--vscode-memoir-heat${i + 1}`, colour]);
    const theme = { ...THEMES[name], variables: { ...THEMES[name].variables, ...Object.fromEntries(heat) } };
    await this.page.evaluate((t) => (globalThis as unknown as { host: Host }).host.setTheme(t), theme);
    await this.settle();
  }

  /** What the page posted after its first `ready`. */
  async posted(): Promise<ProfilePageMessage[]> {
    const all = await this.page.evaluate(() => (globalThis as unknown as { host: Host }).host.posted);
    return all.slice(1);
  }

  async settle(): Promise<void> {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }
}

function travelling(view: ProfileView): string {
  return JSON.stringify(view, (_, value: unknown) =>
    value instanceof Int32Array || value instanceof Float64Array
      ? { typed: value.constructor.name, values: [...value] }
      : value,
  );
}

async function bundle(): Promise<Map<string, string>> {
  const built = await build({
    entryPoints: [join(project, 'webview/profilePage.ts')],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: '/out',
    loader: { '.css': 'text' },
    target: 'chrome120',
    write: false,
  });
  const files = built.outputFiles.map(
    (file) => [`/${file.path.replace(/\\/g, '/').split('/').at(-1)}`, file.text] as const,
  );
  return new Map([...files, ['/host.js', HOST]]);
}

async function serve(files: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const script = files.get(request.url ?? '');
    if (script !== undefined) return response.setHeader('content-type', 'text/javascript').end(script);
    if (request.url !== '/') return response.writeHead(404).end();
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', `default-src 'none'; script-src 'nonce-${NONCE}'; img-src data:`);
    const scripts = ['<script src="/host.js"', '<script type="module" src="/profilePage.js"'];
    const body = scripts.map((script) => `${script} nonce="${NONCE}"></script>`).join('');
    return response.end(`<!doctype html><html><body>${body}</body></html>`);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
