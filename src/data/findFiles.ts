import { glob, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, UserError } from '../base/errors.ts';
import { nearestName } from './nearestName.ts';
import { publishRead } from './source.ts';

const MAGIC = /[*?[{]/;

/** The full path of a file that exists; otherwise an error that names the path tried and the nearest name there is. */
export async function findFile(path: string, directory: string): Promise<string> {
  const full = resolve(directory, path);
  try {
    const found = await stat(full);
    if (!found.isFile()) {
      throw new UserError(`${full} is a folder; name a file in it, or all of a kind such as ${join(path, '*.csv')}.`);
    }
    await (await open(full)).close(); // whether it may be read
    return full;
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UserError(await missingMessage(full), { cause: thrown });
    if (code === 'EACCES') throw new UserError(`${full} may not be read by this user.`, { cause: thrown });
    throw thrown;
  }
}

/** The file that a path names, or all files that it matches as a pattern, where there is none of that very name. */
export async function expand(path: string, directory: string): Promise<readonly string[]> {
  if (!MAGIC.test(path) || (await isThere(resolve(directory, path)))) return [path];
  for (const folder of await foldersOf(path, directory)) publishRead(resolve(directory, folder), 'folder');
  const found: string[] = [];
  for await (const match of glob(path, { cwd: directory })) found.push(match);
  if (found.length > 0) return found.sort();
  throw new UserError(`No file matches ${resolve(directory, path)}.`);
}

/** The folders in which a file that matches might come or go. */
async function foldersOf(pattern: string, directory: string): Promise<readonly string[]> {
  const names = pattern.split(/[\\/]/);
  const first = names.findIndex((name) => MAGIC.test(name));
  const root = names.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  if (names.includes('**')) {
    const inside = await readdir(resolve(directory, root), { recursive: true, withFileTypes: true }).catch(() => []); // then nothing matches
    return [root, ...inside.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
  }
  const folders = [root];
  for (let depth = first + 1; depth < names.length; depth++) {
    for await (const match of glob(names.slice(0, depth).join('/'), { cwd: directory })) folders.push(match);
  }
  return folders;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function missingMessage(full: string): Promise<string> {
  let folder = dirname(full);
  let wanted = basename(full);
  let names = await readdir(folder).catch(() => null);
  while (names === null && dirname(folder) !== folder) {
    wanted = basename(folder);
    folder = dirname(folder);
    names = await readdir(folder).catch(() => null);
  }
  const nearest = nearestName(wanted, names ?? []);
  const hint = nearest ? ` Did you mean ${join(folder, nearest)}?` : '';
  return `There is no file ${full}.${hint}`;
}
