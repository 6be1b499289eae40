import { execFile } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../base/errors.ts';
import type { ProfileResult } from '../protocol/profileResult.ts';

const execute = promisify(execFile);

/** Where a comparison's baseline comes from. */
export interface BaselineRequest {
  /** A file that `--json` wrote, or what git knows: a commit, branch or tag. */
  readonly from: string;
  /** The file of the function. */
  readonly file: string;
  /** Measures the same function in another file. */
  readonly measure: (file: string) => Promise<ProfileResult>;
}

/**
 * The profile to compare with: read from a file, or measured now in the sources of another commit.
 * @throws UserError when it is neither
 */
export async function baseline({ from, file, measure }: BaselineRequest): Promise<ProfileResult> {
  if (existsSync(from)) return readBaseline(from);
  const root = await git(dirname(resolve(file)), 'rev-parse', '--show-toplevel').catch(() => null);
  const commit = root && (await git(root, 'rev-parse', '--verify', '--quiet', `${from}^{commit}`).catch(() => null));
  if (!root || !commit) throw new UserError(`"${from}" is no file and no commit to compare with.`);
  const folder = await mkdtemp(join(tmpdir(), 'memoir-baseline-'));
  const tree = join(folder, 'tree');
  try {
    await git(root, 'worktree', 'add', '--detach', '--quiet', tree, commit);
    const packages = join(root, 'node_modules');
    if (existsSync(packages) && !existsSync(join(tree, 'node_modules')))
      symlinkSync(packages, join(tree, 'node_modules'));
    const then = join(tree, relative(root, resolve(file)));
    if (!existsSync(then)) throw new UserError(`There was no ${relative(root, resolve(file))} at ${from}.`);
    return await measure(then);
  } finally {
    await git(root, 'worktree', 'remove', '--force', tree).catch(() => {}); // it was not added
    await rm(folder, { recursive: true, force: true });
  }
}

async function readBaseline(path: string): Promise<ProfileResult> {
  try {
    const result = JSON.parse(await readFile(path, 'utf8')) as ProfileResult;
    if (result.target && 'timing' in result) return result;
  } catch {
    // no JSON
  }
  throw new UserError(`${path} holds no profile; write one with: memoir profile … --json > ${path}`);
}

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await execute('git', [...args], { cwd })).stdout.trim();
}
