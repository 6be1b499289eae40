import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';

/** A fresh folder holding `files` (path to content); gone after `dispose`. */
export class TempFolder implements Disposable {
  readonly path: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), 'memoir-'))); // macOS hands out a symbolic link
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array): string {
    const file = this.file(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Removes what is in it. */
  clear(): void {
    for (const name of readdirSync(this.path)) rmSync(this.file(name), { recursive: true, force: true, maxRetries: 5 });
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }); // a dying child may still write
  }
}
