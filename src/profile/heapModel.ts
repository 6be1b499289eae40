import type {
  AllocationCost,
  CpuProfile,
  CpuProfileNode,
  HeapProfile,
  HeapProfileNode,
} from '../protocol/profileResult.ts';
import type { ScriptLocations } from './locations.ts';
import { buildModel, type ProfileModel } from './model.ts';
import type { ModelFrame } from './nodeReader.ts';
import type { Sources } from './sources.ts';

/** Less of all bytes than this, in percent, is not listed. */
const LEAST_PERCENT = 0.5;

/** Sampled allocations as a call tree whose ticks are bytes. */
export function heapModel(profile: HeapProfile, locations: ScriptLocations, sources: Sources): ProfileModel {
  return buildModel(asCpuProfile(profile), locations, sources);
}

/** Bytes by function, per call. In recursion a function counts once per stack. */
export function allocationCosts(model: ProfileModel, calls: number): AllocationCost[] {
  const functions = new Map<ModelFrame, { self: number; total: number }>();
  const entry = (frame: ModelFrame) => {
    const known = functions.get(frame) ?? { self: 0, total: 0 };
    functions.set(frame, known);
    return known;
  };
  for (let node = 1; node < model.parent.length; node++) {
    const bytes = model.selfTicks[node]!;
    const frames = new Set<ModelFrame>();
    for (let at = node; at > 0; at = model.parent[at]!) frames.add(model.frames[model.frame[at]!]!);
    if (bytes) for (const frame of frames) entry(frame).total += bytes;
    entry(model.frames[model.frame[node]!]!).self += bytes;
  }
  return [...functions]
    .map(([{ name, file, line, origin }, { self, total }]) => ({
      ...{ name, file, line, origin },
      selfBytes: self / calls,
      totalBytes: total / calls,
      percent: (self / Math.max(1, model.ticks)) * 100,
    }))
    .filter(({ totalBytes }) => (totalBytes * calls * 100) / Math.max(1, model.ticks) >= LEAST_PERCENT)
    .sort((a, b) => b.selfBytes - a.selfBytes || b.totalBytes - a.totalBytes);
}

/** The same tree in the form of a CPU profile, bytes in the place of ticks. */
function asCpuProfile({ head }: HeapProfile): CpuProfile {
  const nodes: CpuProfileNode[] = [];
  const pending: HeapProfileNode[] = [head];
  for (let node = pending.pop(); node; node = pending.pop()) {
    nodes.push({
      id: node.id,
      callFrame: node.callFrame,
      hitCount: node.selfSize,
      children: node.children.map(({ id }) => id),
    });
    pending.push(...node.children);
  }
  return { nodes, startTime: 0, endTime: 0, samples: [], timeDeltas: [] };
}
