import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { serialize } from 'node:v8';
import { formatCount } from '../base/format.ts';
import type { Log } from '../base/log.ts';
import type { Touched } from '../protocol/profiler.ts';
import { checkArguments } from './argumentText.ts';
import type { BundleRequest } from './bundle.ts';
import type { ArgumentSource } from './bundleEntry.ts';
import { type BundleFile, Bundles } from './bundles.ts';
import type { CapturedCall } from './captured.ts';
import type { NotebookChoice } from './cellModules.ts';
import { heapModel } from './heapModel.ts';
import { Measurement } from './measurement.ts';
import type { MeasurementOptions, ProfilePhase } from './measurementOptions.ts';
import { buildModel } from './model.ts';
import { DEFAULT_MEMORY_MB, ProfilerProcess } from './profilerProcess.ts';
import { type Profiled, reportOf, type Stacks, type Taken } from './report.ts';
import type { Sources } from './sources.ts';
import type { SpareProcess } from './spareProcess.ts';
import type { Subject } from './subject.ts';

/** With what to call, and how to measure. */
export interface MeasuringRequest {
  /** Arguments as an expression (a list, or `{this, args}`) in the scope of the function's module; none by default. */
  readonly args?: string;
  /** A module that exports `args`, instead of `args`. */
  readonly fixture?: string;
  /** A notebook whose variables `args` may name. */
  readonly notebook?: NotebookChoice;
  /** The arguments themselves, instead of `args`, which then only describes them; they are cloned. */
  readonly values?: readonly unknown[];
  /** Captured calls to repeat in turn, instead of `args`. */
  readonly captured?: readonly CapturedCall[];
  /** How long measuring may take; a call that does not end by then is stopped. 10 by default. */
  readonly seconds?: number;
  /** Calls to time; by default as many as make the median sure. */
  readonly runs?: number;
  /** Limit of the function's heap; 2,048 by default. */
  readonly memoryMB?: number;
  /** Also a pass for allocation, garbage collection and the event loop; false by default. */
  readonly memory?: boolean;
  /** Also a pass for what calls leave behind; false by default. */
  readonly leak?: boolean;
  /** Also a pass that counts calls and lines exactly; false by default. */
  readonly counts?: boolean;
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
  /** What `import … from 'memoir'` leads to, `dist/library.js`. */
  readonly memoir: string;
  readonly nodePath: string | null;
  /** Has a process ready, where one measurement may follow another. */
  readonly spare?: SpareProcess;
  readonly log: Log;
}

/** Takes all passes over a subject, in a process of its own. `started` is when measuring began, by `performance.now()`. */
export async function measureSubject(
  subject: Subject,
  request: MeasuringRequest,
  environment: ProfilerEnvironment,
  started: number,
): Promise<Profiled> {
  const { signal, onProgress = () => {} } = request;
  const given = argumentsOf(request);
  signal?.throwIfAborted();
  onProgress('preparing');
  const { plain, stacks } = await measureIn(await startProcess(request, environment), request, subject, {
    args: given,
    memoir: environment.memoir,
  });
  signal?.throwIfAborted();
  const { target, notes, sources } = subject;
  return reportOf({ ...target, args: shownArguments(request) }, notes, plain, stacks, sources, started);
}

function shownArguments({ args = '[]', fixture, captured, notebook }: MeasuringRequest): string {
  if (captured) return formatCount(captured.length, 'captured call');
  return notebook ? `${args} of ${basename(notebook.notebook)}` : (fixture ?? args);
}

/** Where the arguments come from; null for those that `keepArguments` writes. */
function argumentsOf({ args = '[]', fixture, values, captured }: MeasuringRequest): ArgumentSource | null {
  if (values || captured) return null;
  if (fixture !== undefined) return { fixture: resolve(fixture) };
  checkArguments(args);
  return { expression: args };
}

/** Writes arguments that are values. */
async function keepArguments(path: string, { values, captured }: MeasuringRequest): Promise<ArgumentSource> {
  await writeFile(path, captured ? JSON.stringify(captured) : serialize(values));
  return captured ? { captured: path } : { serialized: path };
}

/** What the subject is bundled with. */
type Beside = Pick<BundleRequest, 'memoir'> & { readonly args: ArgumentSource | null };

const DEFAULT_SECONDS = 10;

function startProcess(
  { memoryMB = DEFAULT_MEMORY_MB }: MeasuringRequest,
  { spare, ...environment }: ProfilerEnvironment,
): Promise<ProfilerProcess> {
  const options = { ...environment, memoryMB };
  return spare ? spare.take(options) : ProfilerProcess.start(options);
}

/** Runs the passes in a process, which ends with them, and reads what they give. */
async function measureIn(
  process: ProfilerProcess,
  request: MeasuringRequest,
  subject: Subject,
  beside: Beside,
): Promise<{ plain: Taken; stacks: Stacks | null }> {
  const { signal } = request;
  const onAbort = () => process.kill();
  signal?.addEventListener('abort', onAbort);
  let measurement: Measurement | undefined;
  try {
    const args = beside.args ?? (await keepArguments(join(process.folder, 'arguments'), request));
    const bundles = new Bundles(process.folder, { ...subject, ...beside, args });
    measurement = new Measurement(measurementOptions(process, request, subject, bundles));
    return await takePasses(measurement, bundles, request, subject);
  } finally {
    measurement?.dispose();
    signal?.removeEventListener('abort', onAbort);
    void process.end(); // nothing waits for the last of it
  }
}

function measurementOptions(
  runner: ProfilerProcess,
  request: MeasuringRequest,
  subject: Subject,
  bundles: Bundles,
): MeasurementOptions {
  const { onProgress = () => {}, onConsent = async () => false } = request;
  return {
    runner,
    cwd: request.cwd ?? dirname(subject.file),
    repeats: subject.access !== null,
    seconds: request.seconds ?? DEFAULT_SECONDS,
    runs: request.runs ?? null,
    memoryMB: request.memoryMB ?? DEFAULT_MEMORY_MB,
    memory: request.memory ?? false,
    leak: request.leak ?? false,
    onPhase(phase) {
      if (phase === 'sampling') void bundles.get('stacks'); // ready when the process is
      onProgress(phase);
    },
    onConsent,
  };
}

async function takePasses(
  measurement: Measurement,
  bundles: Bundles,
  { counts, signal }: MeasuringRequest,
  subject: Subject,
): Promise<{ plain: Taken; stacks: Stacks | null }> {
  const { sources } = subject;
  measurement.arm();
  const { outfile, locations } = await bundles.get('target');
  signal?.throwIfAborted();
  const measured = await measurement.run(outfile);
  const isAlone = !measured.isAsync && !counts;
  if (isAlone && measured.outcome === 'measured') measurement.arm(measured.intervalUs, false); // while the profile tells whether callers matter
  measured.profile = await measurement.readProfile();
  signal?.throwIfAborted();
  const model = measured.profile && buildModel(measured.profile, locations, sources, !measured.loaded);
  const plain = { measured, locations, model };
  if (measured.outcome !== 'measured') return { plain, stacks: null };
  if (measured.isAsync) await measurement.more.waits((await bundles.get('waits')).outfile);
  if (counts) await measurement.more.counts((await bundles.get('counts')).outfile);
  if (!needsStacks(plain, subject)) return { plain, stacks: null };
  if (!isAlone) measurement.arm(measured.intervalUs, false);
  const stacks = await takeStacks(measurement, await bundles.get('stacks'), sources);
  if (!stacks) measured.notes.push(NO_STACKS);
  return { plain, stacks };
}

/** Null where nothing was sampled. */
async function takeStacks(
  measurement: Measurement,
  { outfile, locations }: BundleFile,
  sources: Sources,
): Promise<Stacks | null> {
  const sampled = await measurement.sampleStacks(outfile);
  const model = sampled?.profile && buildModel(sampled.profile, locations, sources);
  if (!model?.ticks) return null;
  return { model, allocation: sampled?.heap ? heapModel(sampled.heap, locations, sources) : null };
}
const NO_STACKS = 'Who called whom could not be sampled; totals are estimated from the text.';

/** Whether more than the target's own lines was seen, so that it matters who called. */
function needsStacks({ model }: Taken, { isTarget }: Subject): boolean {
  return model !== null && !model.frames.slice(1).every(isTarget);
}
