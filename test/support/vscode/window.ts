import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BrowserContext, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumArguments, findChromium } from '../chromium.ts';
import { TempFolder } from '../temp.ts';
import { makeHome, runServerCommand, Server, type ServerHome, writeSettings } from './server.ts';
import { webBuild } from './webBuild.ts';

/** The web build writes every five seconds what it will open with again, and not when it is closed. */
const SAVED_MS = 6000;

const shots = resolve(import.meta.dirname, '../../../shots');

/** The themes every picture is looked at in. */
export const THEMES = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  contrast: 'Default High Contrast',
} as const;

export interface WindowOptions {
  /** The extension as packaged. */
  readonly vsix: string;
  /** The workspace folder. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trusted?: boolean;
}

/** What stands behind an open window. */
interface Parts {
  readonly root: string;
  readonly home: ServerHome;
  readonly options: WindowOptions;
  readonly context: BrowserContext;
  owned: AsyncDisposableStack;
  server: Server;
  page: Page;
}

/** A VS Code window with the packaged extension installed, driven as a person would: by keys, clicks and looking. */
export class EditorWindow {
  readonly #parts: Parts;
  readonly #workspaceSettings: Record<string, unknown> = {};

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(options: WindowOptions): Promise<EditorWindow> {
    await using owned = new AsyncDisposableStack(); // what was opened is closed when a later step fails
    const root = await webBuild();
    const temp = owned.adopt(new TempFolder(), (folder) => folder.dispose());
    const home = makeHome(temp.path);
    writeSettings(home, options.settings ?? {});
    const installed = await runServerCommand(root, home, ['--install-extension', options.vsix, '--force']);
    if (installed.code !== 0) throw new Error(`${options.vsix} could not be installed.\n${installed.output}`);
    const browser = owned.adopt(
      await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumArguments }),
      (it) => it.close(),
    );
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    const server = await Server.start(root, home, { trusted: options.trusted ?? true });
    const window = new EditorWindow({ root, home, options, context, server, page, owned });
    owned.defer(() => window.#parts.server.stop());
    await window.#load();
    window.#parts.owned = owned.move();
    return window;
  }

  /** The page itself, for what has no helper. */
  get page(): Page {
    return this.#parts.page;
  }

  /** The folder that its extensions are installed in. */
  get extensions(): string {
    return this.#parts.home.extensions;
  }

  /** Runs a command from the palette by its title. A list that was opened too early lacks it: it is opened again. */
  async command(title: string): Promise<void> {
    const palette = this.page.locator('.quick-input-widget');
    for (let attempt = 1; ; attempt += 1) {
      await this.page.keyboard.press('F1');
      try {
        return await this.#pick(`>${title}`, title, attempt < 10 ? 3000 : 10_000);
      } catch (cause) {
        if (attempt === 10) throw new Error(`No command ${title}; on screen: ${await this.#onScreen()}`, { cause });
        await this.page.keyboard.press('Escape');
        await palette.waitFor({ state: 'hidden' }); // or the next words go into the list that is closing
      }
    }
  }

  /** Opens a file of the workspace by its name. */
  async quickOpen(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.#pick(name, name);
  }

  /** Chooses the entry that holds `text` in the list that is open. */
  async pick(text: string, timeoutMs = 30_000): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row.click({ timeout: timeoutMs });
  }

  /** The frame in which `selector` appears: a webview's page, or the one that shows all outputs of a notebook. */
  async frameWith(selector: string, timeoutMs = 30_000): Promise<Frame> {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        if (frame !== this.page.mainFrame() && (await holds(frame, selector))) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No webview shows ${selector} after ${timeoutMs} ms`);
  }

  /** What the notebook's cells put out, in a frame of its own. */
  async output(selector: string, timeoutMs?: number): Promise<Locator> {
    return (await this.frameWith(selector, timeoutMs)).locator(selector).first();
  }

  /** The notebook editor's own button. */
  async runAll(): Promise<void> {
    await this.page.locator('.notebook-toolbar-container').getByRole('button', { name: 'Run All' }).click();
  }

  /** The texts in the status bar of each visible cell, from the top. */
  async cellStatus(): Promise<string[][]> {
    const cells = await this.page.locator('.notebookOverlay .code-cell-row').all();
    return Promise.all(cells.map((cell) => cell.locator('.cell-status-item').allInnerTexts()));
  }

  /** Scrolls the notebook until an output is on screen; what is not, VS Code may draw late. */
  async reveal(output: Locator): Promise<void> {
    const editor = await this.page.locator('.notebookOverlay .cell-list-container').first().boundingBox();
    if (!editor) throw new Error('No notebook is on screen');
    const middle = { x: editor.x + editor.width - 60, y: editor.y + editor.height / 2 };
    await this.page.mouse.move(middle.x, middle.y);
    for (let scrolls = 0; scrolls < 60; scrolls += 1) {
      const box = await output.boundingBox();
      const offset = box ? box.y + Math.min(box.height, editor.height) / 2 - middle.y : 1;
      if (Math.abs(offset) < editor.height / 3) return;
      await this.page.mouse.wheel(0, Math.sign(offset) * Math.min(Math.abs(offset), editor.height / 2));
      await this.page.waitForTimeout(100);
    }
    throw new Error('The output does not come on screen');
  }

  /** What some output on screen says where it matches `pattern`, once it does; shadow roots are looked into. */
  async outputText(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    const frame = await this.frameWith('#container', timeoutMs);
    const found = frame.locator('#container').getByText(pattern).first();
    const text = (await found.textContent({ timeout: timeoutMs })) ?? '';
    return pattern.exec(text)?.[0] ?? text;
  }

  /** Resolves when some visible cell's status bar shows `text`. */
  async cellStatusShows(text: string | RegExp): Promise<void> {
    await this.page.locator('.cell-status-item', { hasText: text }).first().waitFor();
  }

  /** Changes settings of the workspace while the window is open (the web build reads the user's only at start). */
  configure(settings: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#workspaceSettings, settings);
    const folder = join(this.#parts.options.folder, '.vscode');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(this.#workspaceSettings, null, 2));
  }

  async theme(name: keyof typeof THEMES): Promise<void> {
    this.configure({ 'workbench.colorTheme': THEMES[name] });
    const mark = { light: '.vs', dark: '.vs-dark', contrast: '.hc-black' }[name];
    await this.page.locator(`.monaco-workbench${mark}`).waitFor();
  }

  /** A picture in shots/, for a person to look at. */
  async shot(name: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`) });
  }

  /** Closes the window with everything behind it and opens it again: only what was kept is there. */
  async reopen({ trusted = this.#parts.options.trusted ?? true } = {}): Promise<void> {
    const { root, home, context, server } = this.#parts;
    await this.#parts.page.waitForTimeout(SAVED_MS);
    await this.#parts.page.close();
    await server.stop();
    // The same port, as the browser keeps what windows remember by address.
    this.#parts.server = await Server.start(root, home, { port: server.port, trusted });
    this.#parts.page = await context.newPage();
    await this.#load();
  }

  async close(): Promise<void> {
    await this.#parts.owned.disposeAsync();
  }

  async #load(): Promise<void> {
    const { page, server, options } = this.#parts;
    page.setDefaultTimeout(30_000);
    await page.goto(server.windowUrl(options.folder));
    await page.locator('.monaco-workbench .statusbar-item').first().waitFor();
  }

  /** The tab in front and what the open list says, to tell why something cannot be chosen. */
  async #onScreen(): Promise<string> {
    const tab = this.page.locator('.tab.active');
    const list = this.page.locator('.quick-input-widget');
    const typed = await list
      .locator('input')
      .evaluateAll((inputs) => inputs.map((input) => (input as unknown as { value: string }).value));
    return JSON.stringify({ tab: await tab.allInnerTexts(), typed, list: await list.allInnerTexts() });
  }

  async #pick(query: string, text: string, timeoutMs = 30_000): Promise<void> {
    await this.page.locator('.quick-input-widget .quick-input-filter input').fill(query, { timeout: timeoutMs });
    await this.pick(text, timeoutMs);
  }
}

async function holds(frame: Frame, selector: string): Promise<boolean> {
  try {
    return (await frame.locator(selector).count()) > 0;
  } catch {
    return false; // frames come and go
  }
}
