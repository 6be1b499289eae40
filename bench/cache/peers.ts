import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What people use instead. They are not ours to ship, so they are fetched when they are measured. */
const versions = { 'cache-manager': '7.2.9', bentocache: '1.6.1', cacheable: '2.5.0' };

const folder = resolve(import.meta.dirname, '../../node_modules/.cache/memoir-bench');

/** Fetches the packages unless they are there. */
export function fetchPeers(): void {
  if (existsSync(join(folder, 'package-lock.json'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--silent'], { cwd: folder });
}

/** A peer's exports, of the shape that the caller knows. */
export async function peer<T>(name: string): Promise<T> {
  const path = createRequire(join(folder, 'package.json')).resolve(name);
  return import(pathToFileURL(path).href);
}
