import { expect, test } from 'vitest';
import { stackDifference } from '../../src/profile/stackDifference.ts';
import type { FlameModel, ProfileResult } from '../../src/protocol/profileResult.ts';

/** Stacks as texts with their ticks: `main hash` is `hash` called by `main`. */
function profiled(folder: string, msPerTick: number, stacks: Readonly<Record<string, number>>) {
  const names = ['(root)', ...new Set(Object.keys(stacks).flatMap((stack) => stack.split(' ')))];
  const frames = names.map((name) => ({ name, file: `${folder}/a.ts`, line: 1, origin: 'own' as const }));
  const paths = ['', ...Object.keys(stacks)];
  const parent = paths.map((path, node) =>
    node ? Math.max(0, paths.indexOf(path.split(' ').slice(0, -1).join(' '))) : -1,
  );
  const frame = paths.map((path) => (path ? names.indexOf(path.split(' ').at(-1)!) : 0));
  const ticks = Float64Array.from(paths, (path) => stacks[path] ?? 0);
  const flame: FlameModel = {
    frames,
    parent: Int32Array.from(parent),
    frame: Int32Array.from(frame),
    selfTicks: ticks,
    totalTicks: ticks,
  };
  const result = { target: { file: `${folder}/a.ts` }, cpu: { functions: [{ ticks: 10, selfMs: 10 * msPerTick }] } };
  return { flame, result: result as unknown as ProfileResult }; // all that is looked at
}

test('stacks of two profiles are one tree with the milliseconds of both, also from different folders', () => {
  const before = profiled('/old', 2, { main: 5, 'main hash': 10, 'main gone': 1 });
  const after = profiled('/new', 0.5, { main: 5, 'main fresh': 4, 'main hash': 60 });
  const { frames, parent, frame, before: then, after: now } = stackDifference(before, after);
  const rows = [...frame].map((at, node) => [frames[at]!.name, parent[node], then[node], now[node]]);
  expect(rows).toEqual([
    ['(root)', -1, 0, 0],
    ['main', 0, 10, 2.5],
    ['hash', 1, 20, 30],
    ['gone', 1, 2, 0],
    ['fresh', 1, 0, 2],
  ]);
  expect(frames.find(({ name }) => name === 'hash')!.file).toBe('/new/a.ts');
});
