import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { codeOf, UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Child } from '../process/child.ts';
import { findNode } from '../process/forkNode.ts';
import {
  type CpuProfile,
  type FlameModel,
  PROFILE_FOLDER,
  type ProfileResult,
  type ProfileTarget,
  type Touched,
} from '../protocol/profiler.ts';
import { checkArguments } from './argumentText.ts';
import { bundleTarget } from './bundle.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import { Measurement, type ProfilePhase } from './measurement.ts';
import { reportOf } from './report.ts';
import { callableAt, functionNamed, listFunctions } from './target.ts';

export interface ProfileRequest {
  readonly file: string;
  /** The file's text where it is not what is on disk, as in an editor. */
  readonly source?: string;
  /** The function: by name (`listFunctions`), or around a UTF-16 offset. */
  readonly target: { readonly name: string } | { readonly position: number };
  /** Arguments as an expression (a list, or `{this, args}`) in the scope of the function's module; none by default. */
  readonly args?: string;
  /** A module that exports `args`, instead of `args`. */
  readonly fixture?: string;
  /** How long measuring may take; a call that does not end by then is stopped. 10 by default. */
  readonly seconds?: number;
  /** Calls to time; by default as many as make the median sure. */
  readonly runs?: number;
  /** Limit of the function's heap; 2,048 by default. */
  readonly memoryMB?: number;
  /** Working directory of the function; the folder of its file by default. */
  readonly cwd?: string;
  /** Ends the measurement; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: ProfilePhase) => void;
  /** Whether a function that touched the outside may be called again; without it, it is not. */
  readonly onConsent?: (touched: readonly Touched[]) => Promise<boolean>;
}

/** What the profiler needs of its surroundings. */
export interface ProfilerEnvironment {
  /** Path of the child's bundle, `dist/profile.js`. */
  readonly script: string;
  /** What `import … from 'memoir'` leads to, `dist/index.js`. */
  readonly memoir: string;
  readonly nodePath: string | null;
  readonly log: Log;
}

/** A finished measurement. */
export interface Profiled {
  readonly result: ProfileResult;
  /** Null where no call was sampled. */
  readonly flame: FlameModel | null;
  /** In terms of the sources, ready to be saved as `.cpuprofile`. */
  readonly cpuprofile: CpuProfile | null;
}

/**
 * Measures a function in a process of its own. How the function itself fares, also when it throws, hangs or takes too
 * much memory, is in the result.
 * @throws UserError when there is nothing to call: no such function, arguments that cannot be had, code that cannot be built
 */
export async function profileFunction(request: ProfileRequest, environment: ProfilerEnvironment): Promise<Profiled> {
  const { signal, args = '[]', fixture, onProgress = () => {}, onConsent = async () => false } = request;
  const file = resolve(request.file);
  const source = request.source ?? (await readTarget(file));
  const { info, notes } = findTarget(listFunctions(source, file), request.target);
  if (fixture === undefined) checkArguments(args);
  signal?.throwIfAborted();
  onProgress('preparing');
  const { seconds = 10, runs = null, memoryMB = 2048, cwd = dirname(file) } = request;
  const folder = await mkdtemp(join(tmpdir(), 'memoir-profile-'));
  const child = await startChild(environment, folder, memoryMB, cwd);
  const onAbort = () => child.kill();
  signal?.addEventListener('abort', onAbort);
  try {
    const outfile = join(folder, 'target.mjs');
    const given = fixture === undefined ? { expression: args } : { fixture: resolve(fixture) };
    const { memoir } = environment;
    const bundle = await bundleTarget({ file, source, access: info.access!, args: given, memoir, outfile });
    await writeFile(outfile, bundle.code);
    const options = { child, folder, seconds, runs, memoryMB, onPhase: onProgress, onConsent };
    const measured = await new Measurement(options).run(outfile);
    signal?.throwIfAborted();
    const { name, line, endLine } = info;
    const target: ProfileTarget = { file, name, line, endLine, args: fixture ?? args };
    return reportOf(target, source, notes, measured, bundle, outfile);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    child.kill();
    await child.ended;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the process while the target is still being bundled. */
async function startChild(environment: ProfilerEnvironment, folder: string, memoryMB: number, cwd: string) {
  const { script, nodePath } = environment;
  const execArgv = [
    `--max-old-space-size=${memoryMB}`,
    '--detailed-line-info', // code that was optimised before sampling began still tells what was inlined into it
    '--no-warnings=ExperimentalWarning',
  ];
  const child = new Child({ node: await findNode(nodePath), script, cwd, execArgv, env: { [PROFILE_FOLDER]: folder } });
  void child.ended.then(
    ({ stderr }) => stderr && environment.log.info(`The profiled function's last words: ${stderr}`),
  );
  return child;
}

async function readTarget(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(codeOf(error) === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read.`);
  }
}

function findTarget(functions: readonly FunctionInfo[], target: ProfileRequest['target']) {
  if ('name' in target) return { info: functionNamed(functions, target.name), notes: [] };
  const info = callableAt(functions, target.position);
  if (!info) throw new UserError('There is no function here that can be profiled. Put the cursor into a function.');
  const inner = functions.filter(({ start, end }) => start <= target.position && target.position <= end).at(-1);
  const notes =
    inner && inner !== info ? [`"${inner.name}": ${inner.reason}. Measured is "${info.name}" around it.`] : [];
  return { info, notes };
}
