import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { CACHE_FOLDER, findWorkspace, makeCacheFolder } from '../base/program.ts';
import {
  CAPTURE_ORDER,
  type CapturedCall,
  type CaptureOrder,
  capturedCalls,
  captureFolder,
  SKIPPED_FILE,
  withCapture,
} from '../profile/captured.ts';
import { functionSubject } from '../profile/subject.ts';
import { readArguments, readInteger, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { readEnvironment } from './environment.ts';
import { isNotebook, targetOf } from './profileTarget.ts';

const CALLS = 20;

/** `memoir capture`: keeps the arguments of a function's calls in a run, for `memoir profile --captured`. */
export const capture: Command = {
  summary: 'keep the arguments of real calls of a function, to profile it with them',
  usage: 'memoir capture <file>#<function> [--calls N] [--json] -- <script, notebook or command> [arguments]',
  async run(args) {
    const at = args.indexOf('--');
    const program = at < 0 ? [] : args.slice(at + 1);
    const options = { calls: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
    const { values, positionals } = readArguments(at < 0 ? args : args.slice(0, at), options, 1);
    const { file, name } = targetOf(positionals[0]!);
    if (name === null || isNotebook(file))
      throw new UsageError('Name a function of a file, as in src/report.ts#summarise.');
    if (!program.length) throw new UsageError('Say after -- what to run: a script, a notebook, or a command.');
    const calls = readInteger('calls', values.calls) ?? CALLS;
    if (calls < 1) throw new UsageError('--calls wants a number above 0.');
    const path = resolve(file);
    const { subject, info } = await functionSubject(path, undefined, { name });
    const folder = folderOf(path, name);
    const order = { file: path, source: withCapture(subject.source, info), calls, folder };
    const code = await runWatched(program, order);
    const kept = await capturedCalls(folder);
    const skipped = await readFile(join(folder, SKIPPED_FILE), 'utf8').catch(() => null); // every call could be kept
    if (values.json)
      console.log(JSON.stringify({ calls: kept.map(({ at, preview }) => ({ at, preview })), skipped }, null, 2));
    else console.log(summaryOf(name, kept, skipped));
    return kept.length ? 0 : code || 1;
  },
};

/** The calls to profile with. @throws UserError when there are none */
export async function callsOf(file: string, name: string | null): Promise<readonly CapturedCall[]> {
  if (name === null) throw new UsageError('A whole file has no calls to repeat. Name a function of it.');
  const calls = await capturedCalls(folderOf(resolve(file), name));
  if (calls.length) return calls;
  throw new UserError(
    `No call of ${name} was captured in the last seven days. Run: memoir capture ${file}#${name} -- <what calls it>`,
  );
}

function folderOf(file: string, name: string): string {
  const workspace = findWorkspace(dirname(file));
  return captureFolder(readEnvironment(dirname(file)).cacheDirectory ?? join(workspace, CACHE_FOLDER), file, name);
}

/** Runs a program with the function's module replaced; what was captured before makes room. Gives its exit code. */
async function runWatched(program: readonly string[], order: CaptureOrder): Promise<number> {
  makeCacheFolder(dirname(dirname(order.folder)));
  await rm(order.folder, { recursive: true, force: true });
  const temporary = await mkdtemp(join(tmpdir(), 'memoir-capture-'));
  try {
    const written = join(temporary, 'order.json');
    await writeFile(written, JSON.stringify(order));
    const preload = `--import=${pathToFileURL(join(import.meta.dirname, 'capture.js')).href}`;
    const NODE_OPTIONS = [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' ');
    const [command, ...rest] = commandOf(program);
    const env = { ...process.env, NODE_OPTIONS, [CAPTURE_ORDER]: written };
    const child = spawn(command!, rest, { stdio: ['inherit', 2, 'inherit'], env }); // stdout is for what was captured
    return await new Promise((done, fail) => {
      child.on('error', () => fail(new UserError(`${command} cannot be started.`)));
      child.on('close', (code) => done(code ?? 1));
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Scripts run with this Node.js, notebooks with this Memoir, all else as it stands. */
function commandOf(program: readonly string[]): readonly string[] {
  const [first = ''] = program;
  if (isNotebook(first)) return [process.execPath, process.argv[1]!, 'run', '--no-cache', ...program];
  return /^\.[cm]?[jt]s$/.test(extname(first)) ? [process.execPath, ...program] : program;
}

function summaryOf(name: string, kept: readonly CapturedCall[], skipped: string | null): string {
  const lines = [`${formatCount(kept.length, 'call')} of ${name} kept for seven days, secrets masked.`];
  lines.push(...kept.slice(0, 5).map(({ preview }) => `  ${preview}`));
  if (skipped) {
    const [count = '', ...why] = skipped.split(' ');
    lines.push(`${formatCount(Number(count), 'call')} left out, as a copy would not be the same: ${why.join(' ')}`);
  }
  if (!kept.length && !skipped) lines.push('It was not called, or another copy of its file was loaded.');
  return lines.join('\n');
}
