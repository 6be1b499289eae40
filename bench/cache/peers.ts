import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What people use instead. They are not ours to ship, so they are fetched when they are measured. */
const versions = {
  'cache-manager': '7.2.9',
  bentocache: '1.6.1',
  cacheable: '2.5.0',
  arquero: '8.0.3',
  '@uwdata/flechette': '2.6.0',
}; // Arquero's newest flechette wants a package that is nowhere

const folder = resolve(import.meta.dirname, '../../node_modules/.cache/memoir-bench');

/** Fetches the packages unless they are there. */
export function fetchPeers(): void {
  const wanted = JSON.stringify({ private: true, dependencies: versions });
  const manifest = join(folder, 'package.json');
  if (existsSync(join(folder, 'package-lock.json')) && readFileSync(manifest, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(manifest, wanted);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--silent'], { cwd: folder });
}

/** A peer's exports, of the shape that the caller knows. */
export async function peer<T>(name: string): Promise<T> {
  const path = createRequire(join(folder, 'package.json')).resolve(name);
  return import(pathToFileURL(path).href);
}
