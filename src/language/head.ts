import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The lines that tell TypeScript of `memoir`, of Node, and of the names that every cell finds in scope. */
export function headOf(notebook: string, types: string): string[] {
  const node = installedNode(dirname(resolve(notebook))) ?? join(types, 'node/index.d.ts');
  return [join(types, 'notebook.d.ts'), node].map((path) => `/// <reference path="${path.replaceAll('\\', '/')}" />`);
}

/** Node's declarations that were installed for a folder. */
export function installedNode(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const installed = join(at, 'node_modules/@types/node/index.d.ts');
    if (existsSync(installed)) return realpathSync(installed);
    if (at === dirname(at)) return null;
  }
}
