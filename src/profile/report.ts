import { performance } from 'node:perf_hooks';
import { formatPercent } from '../base/format.ts';
import type { CpuProfile, FlameModel, ProfileResult, ProfileTarget, WaitingCosts } from '../protocol/profileResult.ts';
import type { Waits } from '../protocol/profiler.ts';
import { countsOf } from './counts.ts';
import { costsOf } from './lines.ts';
import type { ScriptLocations } from './locations.ts';
import type { Measured } from './measured.ts';
import { memoryReport } from './memoryReport.ts';
import { onStacksOf, type ProfileModel } from './model.ts';
import type { Sources } from './sources.ts';
import { translateError, translateProfile } from './translate.ts';

/** A finished measurement. */
export interface Profiled {
  readonly result: ProfileResult;
  /** Null where no call was sampled. */
  readonly flame: FlameModel | null;
  /** The same of allocation, in bytes; null where it was not asked for. */
  readonly allocation: FlameModel | null;
  /** In terms of the sources, ready to be saved as `.cpuprofile`. */
  readonly cpuprofile: CpuProfile | null;
}

/** A measurement with the means to read it. */
export interface Taken {
  readonly measured: Measured;
  readonly locations: ScriptLocations;
  /** Null where no call was sampled. */
  readonly model: ProfileModel | null;
}

/** Who calls whom, sampled without inlining. */
export interface Stacks {
  readonly model: ProfileModel;
  /** In bytes; null where allocation was not asked for. */
  readonly allocation: ProfileModel | null;
}

/** Fewer ticks than this leave wide intervals. */
const ENOUGH_TICKS = 1000;
const MUCH_WAITING_MS = 100;

/**
 * What was measured, in terms of the user's sources.
 * @param started when measuring began, by `performance.now()`
 * @param stacks a sample of who calls whom, for costs that are true to the lines but not to the callers
 */
export function reportOf(
  target: ProfileTarget,
  notes: readonly string[],
  { measured, locations, model: plain }: Taken,
  stacks: Stacks | null,
  sources: Sources,
  started: number,
): Profiled {
  const { outcome, timing, touched, profile, error, intervalUs } = measured;
  const model = plain && stacks ? onStacksOf(stacks.model, plain) : plain;
  const calls = measured.sampled?.calls ?? 1;
  const cpu = model && costsOf(model, sources, calls, intervalUs, cpuMsPerCall(model, measured));
  const waiting = measured.waits && waitingCosts(measured.waits);
  const { allocation, ...memory } = memoryReport(measured, locations, sources, stacks?.allocation ?? null);
  const result: ProfileResult = {
    target,
    outcome,
    error: error && translateError(error, locations, sources),
    timing,
    cpu,
    ...memory,
    waiting,
    counts: measured.counted && countsOf(measured.counted, locations, sources),
    touched,
    sources: digestsOf(
      [...(cpu?.lines ?? []), ...(waiting?.lines ?? []), ...(memory.memory?.functions ?? [])],
      sources,
    ),
    overheadMs: performance.now() - started - measured.windowMs,
    notes: [...notes, ...measured.notes, ...notesOn(model, measured)],
  };
  return {
    result,
    flame: model && flameOf(model),
    allocation: allocation && flameOf(allocation),
    cpuprofile: profile && translateProfile(profile, locations),
  };
}

function waitingCosts({ calls, ms, waits }: Waits): WaitingCosts {
  const lines = waits.map(({ place, kind, ms: waited, count }) => {
    const at = place.lastIndexOf(':');
    const where = { file: place.slice(0, at), line: Number(place.slice(at + 1)) };
    return { ...where, kind, waitMs: waited / calls, count: count / calls };
  });
  return { calls, wallMs: ms / calls, lines: lines.sort((a, b) => b.waitMs - a.waitMs) };
}

function digestsOf(costs: readonly { readonly file: string | null }[], sources: Sources): Record<string, string> {
  const files = new Set(costs.flatMap(({ file }) => file ?? []));
  return Object.fromEntries(
    [...files].flatMap((file) => {
      const digest = sources.digest(file);
      return digest === null ? [] : [[file, digest]];
    }),
  );
}

/** CPU time of a call as it is without sampling: the timing pass tells what sampling itself has added. */
function cpuMsPerCall({ cpuMs }: ProfileModel, { sampled, timing, outcome }: Measured): number {
  if (!sampled) return cpuMs;
  const perCall = cpuMs / sampled.calls;
  return outcome === 'measured' && timing ? perCall * (timing.medianMs / (sampled.ms / sampled.calls)) : perCall;
}

function notesOn(model: ProfileModel | null, { timing, outcome }: Measured): string[] {
  const notes: string[] = [];
  if (timing && timing.batch > 1) notes.push(`Calls were timed in batches of ${timing.batch}: p95 is that of batches.`);
  if (!model) return notes;
  const waited = model.idleMs / (model.idleMs + model.cpuMs);
  if (outcome === 'deadline' && model.ticks === 0) notes.push('It was waiting, not computing.');
  else if (model.idleMs > MUCH_WAITING_MS && waited > 0.3)
    notes.push(`${formatPercent(waited)} of the time was spent waiting; lines show CPU time only.`);
  else if (outcome === 'measured' && model.ticks < ENOUGH_TICKS)
    notes.push(`Only ${model.ticks} samples could be taken, so shares are rough. More time gives more.`);
  return notes;
}

function flameOf({ frames, parent, frame, selfTicks, totalTicks }: ProfileModel): FlameModel {
  const plain = frames.map(({ name, file, line, origin }) => ({ name, file, line, origin }));
  return { frames: plain, parent, frame, selfTicks, totalTicks };
}
