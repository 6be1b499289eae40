import { afterAll, describe, expect, test } from 'vitest';
import { leakOf } from '../../src/profile/leak.ts';
import { ProfiledFolder } from './profiled.ts';

const folder = new ProfiledFolder({
  'memory.ts': `const kept: unknown[] = [];

export function leaks(): void {
  keep(new Array(30).fill(1));
}
function keep(value: unknown): void {
  kept.push(value);
}

export function clean(): number {
  return new Array(30).fill(1).length;
}

export function splits(): number {
  return large().length + small().length;
}
const large = () => new Array(3000).fill(1);
const small = () => new Array(1000).fill(1);

export async function blocks(): Promise<void> {
  await new Promise((done) => setTimeout(done, 1));
  const until = performance.now() + 60;
  while (performance.now() < until);
}
`,
});
afterAll(() => folder.dispose());

describe('the memory pass', () => {
  test('tells the bytes of a call and who allocates them', async () => {
    const { result, allocation } = await folder.profile('memory.ts', 'splits', { memory: true, seconds: 3 });
    const { bytesPerCall, functions } = result.memory!;
    expect(Math.abs(bytesPerCall / 32_000 - 1)).toBeLessThan(0.15); // 4,000 elements of 8 bytes
    const share = (name: string) => functions.find((one) => one.name === name)?.percent ?? 0;
    expect(Math.abs(share('large') - 75)).toBeLessThan(6);
    expect(Math.abs(share('small') - 25)).toBeLessThan(6);
    expect(result.gc!.count).toBeGreaterThan(0);
    expect(result.gc!.longestMs).toBeLessThanOrEqual(result.gc!.pauseMs);
    expect(allocation!.frames.map(({ name }) => name)).toContain('large');
  });

  test('tells how long the event loop stands still', async () => {
    const { result } = await folder.profile('memory.ts', 'blocks', { memory: true, seconds: 3 });
    expect(result.eventLoop!.longestMs).toBeGreaterThan(50);
  });

  test('is not taken unless asked for', async () => {
    const { result, allocation } = await folder.profile('memory.ts', 'clean', { seconds: 1 });
    expect([result.memory, result.gc, result.eventLoop, result.leak, allocation]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('the leak pass', () => {
  test('finds what a call leaves behind, and who allocated it', async () => {
    const { result } = await folder.profile('memory.ts', 'leaks', { leak: true, seconds: 2 });
    const { bytesPerCall, ci95, sites } = result.leak!;
    expect(bytesPerCall).toBeGreaterThan(250); // an array of 30 elements takes 272 bytes, its place in the list 8
    expect(bytesPerCall).toBeLessThan(330);
    expect(ci95[0]).toBeGreaterThan(200);
    expect(sites[0]?.name).toBe('leaks');
  });

  test('says nothing of a function that only makes garbage', async () => {
    const { result } = await folder.profile('memory.ts', 'clean', { leak: true, seconds: 2 });
    expect(result.leak).toMatchObject({ bytesPerCall: 0, sites: [] });
  });

  test('does not take what the engine keeps for a leak', () => {
    const noise = { calls: 2, windowMs: 0, bytes: [0, 900, 1000, 1400, 1700, 1800, 2300, 2400, 2600, 2800, 3100] };
    expect(leakOf(noise).bytesPerCall).toBe(0);
    const steady = {
      calls: 1000,
      windowMs: 0,
      bytes: Array.from({ length: 11 }, (_, i) => i * 100_000 + (i % 3) * 50),
    };
    expect(leakOf(steady).bytesPerCall).toBeCloseTo(100, 0);
    const falling = { calls: 1000, windowMs: 0, bytes: steady.bytes.toReversed() };
    expect(leakOf(falling).bytesPerCall).toBe(0);
  });
});
