import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { codeOf, UserError } from '../base/errors.ts';
import { checkArguments } from './argumentText.ts';
import { type BundleRequest, bundleTarget } from './bundle.ts';
import type { FunctionInfo } from './functionSurvey.ts';
import { BundleLocations } from './locations.ts';
import { buildModel, type ProfileModel } from './model.ts';
import type { ModelFrame } from './nodeReader.ts';
import { type MeasureRequest, type ProfilerEnvironment, ProfilerProcess } from './profilerProcess.ts';
import { type Profiled, reportOf, type Taken } from './report.ts';
import { Sources } from './sources.ts';
import { callableAt, functionNamed, listFunctions } from './target.ts';

/** What to measure, and how. */
export interface ProfileRequest extends MeasureRequest {
  readonly file: string;
  /** The file's text where it is not what is on disk, as in an editor. */
  readonly source?: string;
  /** The function: by name (`listFunctions`), or around a UTF-16 offset. */
  readonly target: { readonly name: string } | { readonly position: number };
  /** Arguments as an expression (a list, or `{this, args}`) in the scope of the function's module; none by default. */
  readonly args?: string;
  /** A module that exports `args`, instead of `args`. */
  readonly fixture?: string;
}

/**
 * Measures a function in a process of its own. How the function itself fares, also when it throws, hangs or takes too
 * much memory, is in the result.
 * @throws UserError when there is nothing to call: no such function, arguments that cannot be had, code that cannot be built
 */
export async function profileFunction(request: ProfileRequest, environment: ProfilerEnvironment): Promise<Profiled> {
  const { args = '[]', fixture, signal, onProgress = () => {} } = request;
  const file = resolve(request.file);
  const source = request.source ?? (await readTarget(file));
  const { info, notes } = findTarget(listFunctions(source, file), request.target);
  if (fixture === undefined) checkArguments(args);
  signal?.throwIfAborted();
  onProgress('preparing');
  const code: TargetCode = {
    file,
    source,
    access: info.access!, // findTarget gives what can be called
    args: fixture === undefined ? { expression: args } : { fixture: resolve(fixture) },
    memoir: environment.memoir,
  };
  const sources = new Sources(new Map([[file, source]]));
  const plain = await measureIn(
    await ProfilerProcess.start(request, environment, []),
    { ...code, marked: false },
    sources,
  );
  const stacks = needsStacks(plain, file, info)
    ? await measureStacks(request, environment, code, plain, sources)
    : null;
  const { name, line, endLine } = info;
  return reportOf({ file, name, line, endLine, args: fixture ?? args }, notes, plain, stacks, sources);
}

type TargetCode = Omit<BundleRequest, 'outfile' | 'marked'>;

/** Runs the passes in a process, and reads what they give. */
async function measureIn(
  process: ProfilerProcess,
  code: Omit<BundleRequest, 'outfile'>,
  sources: Sources,
): Promise<Taken> {
  try {
    const { outfile } = process;
    const bundle = await bundleTarget({ ...code, outfile });
    await writeFile(outfile, bundle.code);
    const measured = await process.measure(code.marked);
    const locations = new BundleLocations(outfile, bundle);
    const { profile } = measured;
    return { measured, locations, model: profile && buildModel(profile, locations, sources) };
  } finally {
    await process.end();
  }
}

/** Whether more than the target's own lines was seen, so that it matters who called. */
function needsStacks({ measured, model }: Taken, file: string, { start }: FunctionInfo): boolean {
  const isTarget = (frame: ModelFrame) => frame.file === file && frame.info?.start === start;
  return measured.outcome === 'measured' && model !== null && !model.frames.slice(1).every(isTarget);
}

/** One more sampling pass, without inlining and with marked calls; null when it does not come to its end. */
async function measureStacks(
  request: ProfileRequest,
  environment: ProfilerEnvironment,
  code: TargetCode,
  plain: Taken,
  sources: Sources,
): Promise<ProfileModel | null> {
  const quiet = { ...request, onProgress: () => request.onProgress?.('callers'), onConsent: async () => true };
  const process = await ProfilerProcess.start(quiet, environment, WITHOUT_INLINING);
  const { measured, model } = await measureIn(process, { ...code, marked: true }, sources);
  if (measured.outcome === 'measured' && model?.ticks) return model;
  plain.measured.notes.push('Who called whom could not be sampled; totals are estimated from the text.');
  return null;
}

const WITHOUT_INLINING = ['--no-turbo-inlining', '--no-maglev-inlining'];

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
