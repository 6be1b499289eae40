import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../src/base/errors.ts';

/** Where the bundles lie that processes are started from. */
export function builtFolder(): string {
  const dist = resolve(process.env.MEMOIR_TEST_DIST ?? 'dist');
  if (!existsSync(join(dist, 'kernel.js')))
    throw new UserError(`${dist} holds no kernel. Run \`npm run build\` first.`);
  return dist;
}
