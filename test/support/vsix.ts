import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');

/** The packaged extension under test: `MEMOIR_VSIX` if set, else the latest that `npm run package` wrote. */
export function packagedExtension(): string {
  const chosen = process.env.MEMOIR_VSIX;
  if (chosen) return resolve(chosen);
  const written = (file: string) => statSync(join(project, file)).mtimeMs;
  const latest = globSync('memoir-*.vsix', { cwd: project }).sort((a, b) => written(b) - written(a))[0];
  if (!latest) throw new Error('There is no packaged extension to test. Run: npm run build && npm run package');
  return join(project, latest);
}
