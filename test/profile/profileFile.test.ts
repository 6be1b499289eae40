import { describe, expect, test } from 'vitest';
import { readProfileFile } from '../../src/profile/profileFile.ts';
import type { FlameModel } from '../../src/protocol/profileResult.ts';

const call = (id: number, functionName: string, children: number[] = []) => ({
  id,
  callFrame: {
    functionName,
    scriptId: '1',
    url: functionName.startsWith('(') ? '' : 'file:///home/reader/a.js',
    lineNumber: id,
    columnNumber: 0,
  },
  hitCount: 0,
  children,
});
const profile = {
  nodes: [call(1, '(root)', [2, 5]), call(2, 'a', [3, 4]), call(3, 'b'), call(4, 'c'), call(5, '(idle)')],
  startTime: 0,
  endTime: 1000,
  samples: [3, 3, 4, 5, 3],
  timeDeltas: [0, 100, 100, 300, 200],
};

/** Stacks with their own ticks, as text. */
function stacks({ frames, parent, frame, selfTicks }: FlameModel): string[] {
  const nameOf = (node: number): string =>
    node < 0 ? '' : `${parent[node]! < 0 ? '' : `${nameOf(parent[node]!)}/`}${frames[frame[node]!]!.name}`;
  return [...selfTicks].flatMap((ticks, node) => (ticks > 0 ? [`${nameOf(node)} ${ticks}`] : []));
}

describe('a CPU profile', () => {
  const file = readProfileFile(JSON.stringify(profile));

  test('has each stack once, without the time in which nothing ran', () => {
    expect(stacks(file.stacks).sort()).toEqual(['(root)/a/b 200', '(root)/a/c 300']);
    expect(file).toMatchObject({ unit: 'us', samples: 5 });
  });

  test('has what ran in its order, a function anew each time it is called again', () => {
    expect(stacks(file.timeline!)).toEqual(['(root)/a/b 200', '(root)/a/c 300', '(root)/(idle) 200']);
    const { frame, frames } = file.timeline!;
    expect([...frame].map((index) => frames[index]!.name)).toEqual(['(root)', 'a', 'b', 'c', '(idle)', 'a', 'b']);
  });

  test('leads to files and lines from 1', () => {
    const a = file.stacks.frames.find(({ name }) => name === 'a');
    expect(a).toEqual({ name: 'a', file: '/home/reader/a.js', line: 3, origin: 'own' });
  });
});

test('a heap profile has bytes', () => {
  const { callFrame } = call(1, '(root)');
  const head = { id: 1, callFrame, selfSize: 0, children: [{ ...call(2, 'makes'), selfSize: 4096, children: [] }] };
  const file = readProfileFile(JSON.stringify({ head, samples: [{ size: 4096, nodeId: 2, ordinal: 1 }] }));
  expect(file).toMatchObject({ unit: 'bytes', timeline: null, samples: 1 });
  expect(stacks(file.stacks)).toEqual(['(root)/makes 4096']);
});

test.each(['', '[]', 'null', '{"nodes": 1'])('%j is no profile', (text) => {
  expect(() => readProfileFile(text)).toThrow('This file holds no CPU profile and no heap profile.');
});

test('time is whole, also in a large profile that jumps about', () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) => call(i + 1, `f${i % 500}`));
  for (let i = 1; i < nodes.length; i++) nodes[(i - 1) >> 1]!.children.push(i + 1);
  const samples = Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % nodes.length) + 1);
  const large = { nodes, startTime: 0, endTime: 1e8, samples, timeDeltas: samples.map(() => 1000) };
  const file = readProfileFile(JSON.stringify(large));
  const whole = 99_999_000; // the last sample has no successor
  expect([file.timeline!.totalTicks[0], file.stacks.totalTicks[0]]).toEqual([whole, whole]);
});
