import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageScripts } from '../notebook/exporters/html.ts';

const IMPORT = /(["'])\.\/([\w.-]+\.js)\1/g;

/**
 * The page's script and all that it may load, under names that a page in one file can give them.
 * @param folder where the built scripts are
 * @param isNeeded whether a script that is loaded on demand will be, by the name of the module that it begins with
 */
export async function pageScripts(
  folder: string,
  entry: string,
  isNeeded: (name: string) => boolean,
): Promise<PageScripts> {
  const known = new Set(await readdir(folder));
  const modules = new Map<string, string>();
  const load = async (file: string): Promise<void> => {
    if (modules.has(moduleName(file))) return;
    modules.set(moduleName(file), ''); // it may import itself by way of another
    const code = await readFile(join(folder, file), 'utf8');
    const wanted = [...code.matchAll(IMPORT)].map(([, , name]) => name!).filter((name) => known.has(name));
    modules.set(
      moduleName(file),
      code.replace(IMPORT, (text, quote, name) => (known.has(name) ? quote + moduleName(name) + quote : text)),
    );
    for (const name of wanted) if (isNeeded(name.replace(/-[A-Z0-9]{8}\.js$/, ''))) await load(name);
  };
  await load(entry);
  return { entry: moduleName(entry), modules };
}

function moduleName(file: string): string {
  return `memoir/${file}`;
}
