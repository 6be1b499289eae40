import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { NotebookWindow, type WindowOptions } from './notebookWindow.ts';
import { TempFolder } from './temp.ts';

/** What the notebook is called. */
export const FILE = 'test.memoir.ts';

/** A notebook in a folder of its own that can be opened in several windows, one after another or at once. */
export class NotebookFolder {
  readonly folder: TempFolder;
  readonly cache: string;
  readonly #isOwn: boolean;
  readonly #windows = new Set<NotebookWindow>();

  /**
   * @param cells title (with options behind it) to source, in page order
   * @param files path to content, beside the notebook
   * @param cache the folder of a cache to share; its own otherwise
   * @param folder where all this is to lie, and stays; a new one otherwise
   */
  constructor(
    cells: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
    cache: string | null = null,
    folder: TempFolder | null = null,
  ) {
    const text = Object.entries(cells).map(([title, source]) => `// %% ${title}\n${source}\n`);
    this.folder = folder ?? new TempFolder();
    this.#isOwn = folder === null;
    for (const [name, content] of Object.entries({ ...files, [FILE]: text.join('\n') })) this.write(name, content);
    this.cache = cache ?? this.folder.file('.memoir');
  }

  /** Opens the notebook as saved last and shows what is known of it. */
  async open(options: WindowOptions = {}): Promise<NotebookWindow> {
    const window = new NotebookWindow(this.folder.file(FILE), this.cache, options);
    this.#windows.add(window);
    await window.session.look();
    return window;
  }

  /** Saves and closes a window, and opens the notebook with a new session and a new kernel. */
  async reopen(window: NotebookWindow, options: WindowOptions = {}): Promise<NotebookWindow> {
    window.save();
    await this.shut(window);
    return this.open(options);
  }

  /** Closes a window without saving. */
  async shut(window: NotebookWindow): Promise<void> {
    this.#windows.delete(window);
    await window.close();
  }

  write(name: string, content: string): void {
    this.folder.write(name, content);
  }

  remove(name: string): void {
    rmSync(this.folder.file(name));
  }

  /** Loses all kept values, but not the records of what was computed. */
  removeValues(): void {
    rmSync(join(this.cache, 'values'), { recursive: true });
  }

  /** Closes what is still open, and removes the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#windows].map((window) => window.close()));
    if (this.#isOwn) this.folder.dispose();
  }
}
