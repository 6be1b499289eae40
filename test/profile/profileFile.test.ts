import fc from 'fast-check';
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

const read = (found: object, indent?: number) => readProfileFile(Buffer.from(JSON.stringify(found, null, indent)));

/** Stacks with their own ticks, as text. */
function stacks({ frames, parent, frame, selfTicks }: FlameModel): string[] {
  const nameOf = (node: number): string =>
    node < 0 ? '' : `${parent[node]! < 0 ? '' : `${nameOf(parent[node]!)}/`}${frames[frame[node]!]!.name}`;
  return [...selfTicks].flatMap((ticks, node) => (ticks > 0 ? [`${nameOf(node)} ${ticks}`] : []));
}

describe('a CPU profile', () => {
  const file = read(profile);

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
  const file = read({ head, samples: [{ size: 4096, nodeId: 2, ordinal: 1 }] });
  expect(file).toMatchObject({ unit: 'bytes', timeline: null, samples: 1 });
  expect(stacks(file.stacks)).toEqual(['(root)/makes 4096']);
});

describe('the text of a CPU profile', () => {
  test('may be laid out in any way', () => {
    expect(read(profile, 2)).toEqual(read(profile));
    const { nodes, ...rest } = profile;
    const turned = nodes.map((node) => Object.fromEntries(Object.entries(node).reverse()));
    expect(read({ ...rest, nodes: turned.toReversed() }).samples).toBe(5);
    expect(read({ $comment: { nodes: '}"' }, ...rest, nodes: turned })).toEqual(read(profile));
    expect(readProfileFile(Buffer.from(`\uFEFF${JSON.stringify(profile)}`))).toEqual(read(profile));
  });

  test('tells names and times as they are', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !/^\(idle\)$/.test(name));
    const times = fc.oneof(fc.nat(), fc.double({ min: 1e-9, max: 1e12, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(names, times), { minLength: 1 }), (calls) => {
        const nodes = calls.map(([name], i) => ({ ...call(i + 2, name), positionTicks: [{ line: 1, ticks: 1 }] }));
        const root = call(
          1,
          '(root)',
          [...nodes.keys()].map((i) => i + 2),
        );
        const samples = calls.map((_, i) => i + 2);
        const { timeline } = read({ nodes: [root, ...nodes], samples, timeDeltas: [0, ...calls.map(([, us]) => us)] });
        const { frame, frames, selfTicks } = timeline!;
        expect([...frame].slice(1).map((at) => frames[at]!.name)).toEqual(calls.map(([name]) => name));
        expect([...selfTicks].slice(1)).toEqual(calls.map(([, us]) => us));
      }),
    );
  });

  test('that leads in a circle is no profile', () => {
    const nodes = [call(1, '(root)'), call(2, 'a', [3]), call(3, 'b', [2])];
    expect(() => read({ ...profile, nodes })).toThrow('This file holds no CPU profile');
  });

  test('broken off anywhere is no profile', () => {
    const text = JSON.stringify(profile);
    for (let length = 0; length < text.length; length += 7)
      expect(() => readProfileFile(Buffer.from(text.slice(0, length)))).toThrow('This file holds no CPU profile');
  });
});

test.each(['', '[]', 'null', '{"nodes": 1'])('%j is no profile', (text) => {
  expect(() => readProfileFile(Buffer.from(text))).toThrow('This file holds no CPU profile and no heap profile.');
});

test('time is whole, also in a large profile that jumps about', () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) => call(i + 1, `f${i % 500}`));
  for (let i = 1; i < nodes.length; i++) nodes[(i - 1) >> 1]!.children.push(i + 1);
  const samples = Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % nodes.length) + 1);
  const large = { nodes, startTime: 0, endTime: 1e8, samples, timeDeltas: samples.map(() => 1000) };
  const file = read(large);
  const whole = 99_999_000; // the last sample has no successor
  expect([file.timeline!.totalTicks[0], file.stacks.totalTicks[0]]).toEqual([whole, whole]);
});
