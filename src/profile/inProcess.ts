import { mkdtemp, rm } from 'node:fs/promises';
import { Session } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import type { ChildEnd } from '../process/child.ts';
import type { ProfileTarget } from '../protocol/profileResult.ts';
import type { Touched } from '../protocol/profiler.ts';
import { exactCopies } from './exactCopies.ts';
import { HARNESS_LOOPS, type Harness } from './harness.ts';
import { LiveLocations } from './liveLocations.ts';
import { Measurement } from './measurement.ts';
import { buildModel } from './model.ts';
import { Passes } from './passes.ts';
import type { PassRunner } from './profilerProcess.ts';
import { type Profiled, reportOf } from './report.ts';
import { Sidecar } from './sidecar.ts';
import { Sources } from './sources.ts';

type AnyFunction = (...args: never[]) => unknown;

interface InProcessRequest {
  readonly runs?: number;
  readonly seconds?: number;
  readonly memory?: boolean;
  readonly leak?: boolean;
  readonly signal?: AbortSignal;
  readonly onConsent: (touched: readonly Touched[]) => Promise<boolean>;
}

/**
 * Measures a function of this very program, called here with these very arguments.
 * @param script path of `dist/profile.js`, whose worker takes the samples
 */
export async function profileInProcess(
  fn: AnyFunction,
  args: readonly unknown[],
  { runs, seconds = 10, memory = false, leak = false, signal, onConsent }: InProcessRequest,
  script: string,
): Promise<Profiled> {
  const started = performance.now();
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'memoir-profile-'));
  const runner = new InProcessRunner(fn, args, folder, script);
  signal?.addEventListener('abort', runner.kill);
  const options = {
    runner,
    cwd: process.cwd(),
    repeats: true,
    seconds,
    runs: runs ?? null,
    memoryMB: 0,
    memory,
    leak,
    onPhase: () => {},
    onConsent,
  };
  const measurement = new Measurement(options);
  try {
    measurement.arm();
    const measured = await measurement.run('');
    measured.profile = await measurement.readProfile();
    signal?.throwIfAborted();
    const locations = new LiveLocations();
    const sources = new Sources(new Map());
    const model = measured.profile && buildModel(measured.profile, locations, sources);
    return reportOf(targetOf(fn, args, locations, sources), [], { measured, locations, model }, null, sources, started);
  } finally {
    signal?.removeEventListener('abort', runner.kill);
    measurement.dispose();
    await runner.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the passes in this process; when the time is up, whoever waits goes on, and the call is left alone. */
class InProcessRunner implements PassRunner {
  readonly folder: string;
  readonly ended: Promise<ChildEnd>;
  readonly #sidecar: Sidecar;
  readonly #passes: Passes;
  #giveUp: (end: ChildEnd) => void = () => {};

  constructor(fn: AnyFunction, args: readonly unknown[], folder: string, script: string) {
    this.folder = folder;
    this.ended = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
    this.#sidecar = new Sidecar(script, { folder, nudged: false });
    const harness = harnessOf(fn, args);
    this.#passes = new Passes({ sidecar: this.#sidecar, load: async () => harness, stopInlining() {} });
  }

  readonly call: PassRunner['call'] = async (method, params) => this.#passes.handlers[method](params as never) as never; // a reply of the very method that was called

  nudge(): void {
    void this.#sidecar.stop().then(this.kill, this.kill);
  }

  readonly kill = (): void => this.#giveUp({ code: null, signal: null, stderr: '' });

  async end(): Promise<void> {
    await this.#sidecar.end();
  }
}

function harnessOf(fn: AnyFunction, args: readonly unknown[]): Harness {
  const loops = new Function(`${HARNESS_LOOPS}\nreturn $loops;`)() as Harness['loops']; // a script of its own, without a URL
  for (const other of [() => 1, () => 2, () => 3]) loops.sync(other, undefined, [[]], 1); // a call that has met many functions inlines none
  const copy = exactCopies(args);
  const given = async () => (copy ? copy() : args);
  return { loops, given, renews: copy !== null, instanceClass: () => null, ownSelf: () => undefined, target: () => fn };
}

function targetOf(
  fn: AnyFunction,
  args: readonly unknown[],
  locations: LiveLocations,
  sources: Sources,
): ProfileTarget {
  const at = scriptPlaceOf(fn);
  const place = at && locations.has(at.url) ? locations.of(at.url, at.line, at.column) : null;
  const info = place && sources.functionAt(place.file, place.line, place.column);
  const line = info?.line ?? place?.line ?? 1;
  const name = info?.name ?? (fn.name || '(anonymous)');
  const shown = inspect(args, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 10 });
  return { file: place?.file ?? '', name, line, endLine: info?.endLine ?? line, args: shown };
}

/** Where a function stands, as the inspector knows it; line and column from 1. */
function scriptPlaceOf(fn: AnyFunction): { url: string; line: number; column: number } | null {
  const session = new Session();
  const urls = new Map<string, string>();
  const holder = globalThis as { $memoirFunction?: AnyFunction };
  let place: { url: string; line: number; column: number } | null = null;
  session.connect();
  try {
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    session.post('Debugger.enable'); // in one's own thread, replies come at once
    holder.$memoirFunction = fn;
    session.post('Runtime.evaluate', { expression: '$memoirFunction' }, (_, found) => {
      const objectId = found?.result?.objectId;
      if (objectId === undefined) return;
      session.post('Runtime.getProperties', { objectId, ownProperties: true }, (_, { internalProperties }) => {
        const location = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
        if (!location) return;
        const { scriptId, lineNumber, columnNumber } = location as {
          scriptId: string;
          lineNumber: number;
          columnNumber: number;
        }; // Debugger.Location
        place = { url: urls.get(scriptId) ?? '', line: lineNumber + 1, column: columnNumber + 1 };
      });
    });
  } finally {
    delete holder.$memoirFunction;
    session.disconnect();
  }
  return place;
}
