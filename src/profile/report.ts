import { formatDuration, formatPercent } from '../base/format.ts';
import type { FlameModel, ProfileResult, ProfileTarget } from '../protocol/profiler.ts';
import type { Bundle } from './bundle.ts';
import { costsOf } from './lines.ts';
import { BundleLocations } from './locations.ts';
import type { Measured } from './measurement.ts';
import { buildModel, type ProfileModel } from './model.ts';
import type { Profiled } from './profiler.ts';
import { Sources } from './sources.ts';

/** Fewer ticks than this leave wide intervals. */
const ENOUGH_TICKS = 1000;

/** What was measured, in terms of the user's sources. */
export function reportOf(
  target: ProfileTarget,
  source: string,
  notes: readonly string[],
  measured: Measured,
  bundle: Bundle,
  outfile: string,
): Profiled {
  const { outcome, timing, touched, profile } = measured;
  const locations = new BundleLocations(outfile, bundle);
  const sources = new Sources(new Map([[target.file, source]]));
  const model = profile && buildModel(profile, locations, sources);
  const calls = measured.sampled?.calls ?? 1;
  const result: ProfileResult = {
    target,
    outcome,
    error: measured.error && locations.describe(measured.error, (file) => sources.lineCount(file)),
    timing,
    cpu: model && costsOf(model, sources, calls, measured.intervalUs, cpuMsPerCall(model, measured)),
    touched,
    notes: [...notes, ...measured.notes, ...notesOn(model, measured)],
  };
  return { result, flame: model && flameOf(model), cpuprofile: profile && locations.mapped(profile) };
}

/** CPU time of a call as it is without sampling: the timing pass tells what sampling itself has added. */
function cpuMsPerCall({ cpuMs }: ProfileModel, { sampled, timing, outcome }: Measured): number {
  if (!sampled) return cpuMs;
  const perCall = cpuMs / sampled.calls;
  return outcome === 'measured' && timing ? perCall * (timing.medianMs / (sampled.ms / sampled.calls)) : perCall;
}

function notesOn(model: ProfileModel | null, { sampled, timing, outcome }: Measured): string[] {
  const notes: string[] = [];
  if (timing && timing.batch > 1) notes.push(`Calls were timed in batches of ${timing.batch}: p95 is that of batches.`);
  if (!model) return notes;
  const waited = sampled ? 1 - model.cpuMs / sampled.ms : 0;
  if (outcome === 'deadline' && model.ticks === 0) notes.push('It was waiting, not computing.');
  else if (sampled && sampled.ms > 20 && waited > 0.3)
    notes.push(
      `${formatPercent(waited)} of ${formatDuration(sampled.ms)} was spent waiting; lines show CPU time only.`,
    );
  if (outcome === 'measured' && model.ticks < ENOUGH_TICKS) {
    notes.push(`Only ${model.ticks} samples could be taken, so shares are rough. More time gives more.`);
  }
  return notes;
}

function flameOf({ frames, parent, frame, selfTicks, totalTicks }: ProfileModel): FlameModel {
  const plain = frames.map(({ name, file, line, origin }) => ({ name, file, line, origin }));
  return { frames: plain, parent, frame, selfTicks, totalTicks };
}
