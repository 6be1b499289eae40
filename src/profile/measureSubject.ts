import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { serialize } from 'node:v8';
import { formatCount } from '../base/format.ts';
import type { Log } from '../base/log.ts';
import type { Touched } from '../protocol/profiler.ts';
import { checkArguments } from './argumentText.ts';
import { type BundleRequest, bundleTarget } from './bundle.ts';
import type { ArgumentSource } from './bundleEntry.ts';
import type { CapturedCall } from './captured.ts';
import { heapModel } from './heapModel.ts';
import { BundleLocations } from './locations.ts';
import { Measurement, type ProfilePhase } from './measurement.ts';
import { buildModel } from './model.ts';
import { ProfilerProcess } from './profilerProcess.ts';
import { type Profiled, reportOf, type Stacks, type Taken } from './report.ts';
import type { SpareProcess } from './spareProcess.ts';
import type { Subject } from './subject.ts';

/** With what to call, and how to measure. */
export interface MeasuringRequest {
  /** Arguments as an expression (a list, or `{this, args}`) in the scope of the function's module; none by default. */
  readonly args?: string;
  /** A module that exports `args`, instead of `args`. */
  readonly fixture?: string;
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
  /** What `import … from 'memoir'` leads to, `dist/index.js`. */
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
  const { args = '[]', fixture, signal, onProgress = () => {} } = request;
  const given = argumentsOf(request);
  signal?.throwIfAborted();
  onProgress('preparing');
  const { plain, stacks } = await measureIn(await startProcess(request, environment), request, subject, {
    args: given,
    memoir: environment.memoir,
  });
  signal?.throwIfAborted();
  const { target, notes, sources } = subject;
  const shown = request.captured ? formatCount(request.captured.length, 'captured call') : (fixture ?? args);
  return reportOf({ ...target, args: shown }, notes, plain, stacks, sources, started);
}

/** Has a process ready for the next `profileFunction` with that much memory. */
export function prepareProfiler({ spare, ...environment }: ProfilerEnvironment, memoryMB = DEFAULTS.memoryMB): void {
  spare?.prepare({ ...environment, memoryMB });
}

/** Where the arguments come from; null for what goes into the process's folder. */
function argumentsOf({ args = '[]', fixture, values, captured }: MeasuringRequest): ArgumentSource | null {
  if (values || captured) return null;
  if (fixture !== undefined) return { fixture: resolve(fixture) };
  checkArguments(args);
  return { expression: args };
}

/** What the subject is bundled with. */
type Beside = Pick<BundleRequest, 'memoir'> & { readonly args: ArgumentSource | null };

const DEFAULTS = { seconds: 10, memoryMB: 2048 };

function startProcess(
  { memoryMB = DEFAULTS.memoryMB }: MeasuringRequest,
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
  const { sources } = subject;
  const {
    seconds = DEFAULTS.seconds,
    memoryMB = DEFAULTS.memoryMB,
    runs = null,
    cwd = dirname(subject.file),
  } = request;
  const { memory = false, leak = false, onProgress = () => {}, onConsent = async () => false } = request;
  const onAbort = () => process.kill();
  signal?.addEventListener('abort', onAbort);
  const repeats = subject.access !== null;
  const options = {
    runner: process,
    cwd,
    repeats,
    seconds,
    runs,
    memoryMB,
    memory,
    leak,
    onPhase: onProgress,
    onConsent,
  };
  const measurement = new Measurement(options);
  try {
    const given = join(process.folder, 'arguments');
    if (request.values) await writeFile(given, serialize(request.values));
    else if (request.captured) await writeFile(given, JSON.stringify(request.captured));
    const args = beside.args ?? (request.captured ? { captured: given } : { serialized: given });
    const bundled = async (name: string, marks: BundleRequest['marks']) => {
      const outfile = join(process.folder, name);
      const bundle = await bundleTarget({ ...subject, ...beside, args, outfile, marks });
      await writeFile(outfile, bundle.code);
      signal?.throwIfAborted();
      return { outfile, locations: new BundleLocations(outfile, bundle) };
    };
    measurement.arm();
    const { outfile, locations } = await bundled('target.mjs', null);
    const measured = await measurement.run(outfile);
    signal?.throwIfAborted();
    const plainModel = measured.profile && buildModel(measured.profile, locations, sources, !measured.loaded);
    const plain = { measured, locations, model: plainModel };
    if (measured.isAsync && measured.outcome === 'measured')
      await measurement.measureWaits((await bundled('waits.mjs', 'waits')).outfile);
    if (request.counts && measured.outcome === 'measured') {
      const counted = await bundled('counts.mjs', null);
      await measurement.measureCounts(counted.outfile);
    }
    if (!needsStacks(plain, subject)) return { plain, stacks: null };
    measurement.arm(measured.intervalUs, false);
    const marked = await bundled('stacks.mjs', 'calls');
    const sampled = await measurement.sampleStacks(marked.outfile);
    const model = sampled?.profile && buildModel(sampled.profile, marked.locations, sources);
    if (!model?.ticks) measured.notes.push(NO_STACKS);
    const allocation = sampled?.heap ? heapModel(sampled.heap, marked.locations, sources) : null;
    return { plain, stacks: model?.ticks ? { model, allocation } : null };
  } finally {
    measurement.dispose();
    signal?.removeEventListener('abort', onAbort);
    void process.end(); // nothing waits for the last of it
  }
}

const NO_STACKS = 'Who called whom could not be sampled; totals are estimated from the text.';

/** Whether more than the target's own lines was seen, so that it matters who called. */
function needsStacks({ measured, model }: Taken, { isTarget }: Subject): boolean {
  return measured.outcome === 'measured' && model !== null && !model.frames.slice(1).every(isTarget);
}
