import type { HeapProfile, LeakCosts, MemoryCosts, ProfileResult } from '../protocol/profileResult.ts';
import { allocationCosts, heapModel } from './heapModel.ts';
import { leakOf } from './leak.ts';
import type { ScriptLocations } from './locations.ts';
import type { Measured } from './measured.ts';
import type { ProfileModel } from './model.ts';
import type { Sources } from './sources.ts';

/** From this size on, V8 keeps an object on pages of its own. */
const LARGE_BYTES = 128 * 1024;
const Z95 = 1.959964;

/**
 * What the memory and leak passes came to; nothing where they were not taken.
 * @param onStacks allocations without inlining: what the code really allocates is shared out as it is there
 */
export function memoryReport(
  { allocated, retained, blockedMs }: Measured,
  locations: ScriptLocations,
  sources: Sources,
  onStacks: ProfileModel | null,
): Pick<ProfileResult, 'memory' | 'gc' | 'eventLoop' | 'leak'> & { readonly allocation: ProfileModel | null } {
  const allocation = allocated?.profile ? heapModel(allocated.profile, locations, sources) : null;
  const left = retained?.profile ? heapModel(retained.profile, locations, sources) : null;
  const memory = allocation && memoryCosts(allocation, allocated!.profile!, allocated!.calls); // a model comes from a profile
  const shared = onStacks?.ticks ? onStacks : allocation;
  return {
    allocation: shared,
    memory: memory && { ...memory, functions: allocationCosts(shared!, shared!.ticks / memory.bytesPerCall) },
    gc: allocated && { ...allocated.collector, calls: allocated.calls },
    eventLoop: blockedMs === null ? null : { longestMs: blockedMs },
    leak: retained && leakCosts(leakOf(retained), left),
  };
}

function memoryCosts(
  model: ProfileModel,
  { samples = [] }: HeapProfile,
  calls: number,
): Omit<MemoryCosts, 'functions'> {
  const bytesPerCall = model.ticks / calls;
  const large = samples.map(({ size }) => size).filter((size) => size >= LARGE_BYTES);
  return {
    calls,
    bytesPerCall,
    plusMinus: samples.length ? (Z95 * bytesPerCall) / Math.sqrt(samples.length) : 0,
    samples: samples.length,
    large: { perCall: large.length / calls, largestBytes: large.reduce((most, size) => Math.max(most, size), 0) },
  };
}

function leakCosts(leak: ReturnType<typeof leakOf>, left: ProfileModel | null): LeakCosts {
  return { ...leak, sites: leak.bytesPerCall > 0 && left ? allocationCosts(left, leak.calls) : [] };
}
