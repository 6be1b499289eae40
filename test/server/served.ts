import { resolve } from 'node:path';
import { type ServedApp, type ServeOptions, serveApp } from '../../src/cli/app.ts';
import { TempFolder } from '../support/temp.ts';
import { Reader, type Remembered } from './reader.ts';

const FILE = 'app.memoir.ts';
const dist = resolve(process.env.MEMOIR_TEST_DIST ?? 'dist');

/** A notebook in a folder of its own, served as often as a test likes. */
export class ServedFolder {
  readonly folder: TempFolder;
  readonly #apps = new Set<ServedApp>();
  readonly #readers = new Set<Reader>();

  constructor(notebook: string, files: Readonly<Record<string, string>> = {}) {
    this.folder = new TempFolder({ ...files, [FILE]: notebook, '.memoir/.gitignore': '*\n' });
  }

  async serve(options: ServeOptions = {}): Promise<ServedApp> {
    const app = await serveApp(this.folder.file(FILE), { dist, ...options });
    this.#apps.add(app);
    return app;
  }

  async read(app: ServedApp, remembered: Remembered = {}): Promise<Reader> {
    const reader = await Reader.open(app.url, remembered);
    this.#readers.add(reader);
    return reader;
  }

  edit(notebook: string): void {
    this.folder.write(FILE, notebook);
  }

  async end(app: ServedApp): Promise<void> {
    this.#apps.delete(app);
    await app.close();
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.drop();
    for (const app of this.#apps) await app.close();
    this.folder.dispose();
  }
}
