import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

/** How a command of the built command line ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const dist = process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist');

/** Runs `memoir …` in a folder, as a person does. */
export function memoir(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(dist, 'cli.js'), ...args],
      { cwd, env: { ...process.env, ...env }, maxBuffer: 64_000_000 },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** `memoir … --json`, parsed. */
export async function memoirJson<T>(
  cwd: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<T> {
  const { stdout, stderr } = await memoir(cwd, [...args, '--json'], env);
  if (!stdout.trim()) throw new Error(`memoir ${args.join(' ')} printed nothing. ${stderr}`);
  return JSON.parse(stdout) as T; // the test names the shape it expects
}
