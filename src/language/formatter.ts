import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A part of a text: where it begins and ends. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * A cell's text as the formatter of its workspace writes it; null where there is none, or it cannot read the text.
 * @param only the part that is to be formatted; Biome formats whole texts only
 */
export async function formatWithWorkspace(
  text: string,
  notebook: string,
  only: Stretch | null = null,
): Promise<string | null> {
  const require = createRequire(notebook);
  const prettier = resolved(require, 'prettier');
  if (prettier) return formatWithPrettier(prettier, text, notebook, only);
  const biome = only ? null : resolved(require, '@biomejs/biome/bin/biome');
  return biome && (await formatWithBiome(biome, text, notebook));
}

interface Prettier {
  /** Version 2 gives the text at once. */
  format(text: string, options: object): Promise<string> | string;
  resolveConfig(path: string, options: object): Promise<object | null>;
}

async function formatWithPrettier(
  path: string,
  text: string,
  notebook: string,
  only: Stretch | null,
): Promise<string | null> {
  const module: { default?: Prettier } & Prettier = await import(pathToFileURL(path).href);
  const prettier = module.default ?? module;
  const range = only && { rangeStart: only.start, rangeEnd: only.end };
  try {
    const options = await prettier.resolveConfig(notebook, { editorconfig: true });
    return await prettier.format(text, { ...options, ...range, filepath: notebook });
  } catch {
    return null; // half-written, or told to do what it cannot: TypeScript's formatter does what it can
  }
}

/** Only where it is set up: it is often there for something else. */
async function formatWithBiome(script: string, text: string, notebook: string): Promise<string | null> {
  const folder = folderWith(['biome.json', 'biome.jsonc'], dirname(notebook));
  if (!folder) return null;
  const child = spawn(process.execPath, [script, 'format', `--stdin-file-path=${notebook}`], {
    cwd: folder,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  child.stderr.resume();
  child.stdin.on('error', () => {}); // its exit code tells
  child.stdin.end(text);
  const code = await new Promise((done) => {
    child.once('error', () => done(null));
    child.once('close', done);
  });
  return code === 0 ? output : null;
}

function resolved(require: NodeJS.Require, name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}

function folderWith(names: readonly string[], folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (names.some((name) => existsSync(join(at, name)))) return at;
    if (at === dirname(at)) return null;
  }
}
