import { mulberry32 } from '../../src/base/random.ts';
import type { CpuProfile, CpuProfileNode } from '../../src/protocol/profileResult.ts';

/**
 * A profile of so many samples, as V8 would write it, of a program that walks through its calls: from one sample to the
 * next a few functions return and others are called, of 2,000 in all.
 */
export function profileOf(count: number): CpuProfile {
  const random = mulberry32(7);
  const nodes: (CpuProfileNode & { children: number[] })[] = [];
  const callees = new Map<string, number>();
  const call = (parent: number, fn: number): number => {
    const key = `${parent} ${fn}`;
    const known = callees.get(key);
    if (known !== undefined) return known;
    const url = `file:///home/reader/project/src/module${fn % 211}.ts`;
    const place = { scriptId: String(fn % 211), url, lineNumber: (fn * 7) % 900, columnNumber: 4 };
    nodes.push({ id: nodes.length + 1, callFrame: { functionName: `work${fn}`, ...place }, hitCount: 1, children: [] });
    if (parent >= 0) nodes[parent]!.children.push(nodes.length);
    callees.set(key, nodes.length - 1);
    return nodes.length - 1;
  };
  const stack = [{ node: call(-1, 0), fn: 0 }];
  const samples: number[] = [];
  while (samples.length < count) {
    while (stack.length > 1 && random() < 0.45) stack.pop();
    while (stack.length < 25 && random() < 0.45) {
      const above = stack.at(-1)!;
      const fn = (above.fn * 4 + 1 + Math.floor(4 * random() ** 6)) % 2000; // one of them far more often than the others
      stack.push({ node: call(above.node, fn), fn });
    }
    samples.push(stack.at(-1)!.node + 1);
  }
  const timeDeltas = samples.map(() => 900 + Math.floor(random() * 200));
  return { nodes, startTime: 1e6, endTime: 1e6 + timeDeltas.reduce((sum, us) => sum + us, 0), samples, timeDeltas };
}
