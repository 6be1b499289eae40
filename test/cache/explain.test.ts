import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from './directory.ts';
import { startProgram } from './program.ts';

describe('explain, of a function cached in memory,', () => {
  test('names the argument that differs from the nearest earlier call, before and after', () => {
    const { cached } = startProgram();
    const load = cached((_range: { from: string; to: string }, _limit: number) => 1);
    expect(load.explain({ from: 'a', to: 'b' }, 1)).toMatchObject({
      would: 'compute',
      reason: 'It was not called before.',
    });
    load({ from: '2024', to: '2025' }, 10);
    load({ from: '1999', to: '2000' }, 99);
    expect(load.explain({ from: '2023', to: '2025' }, 10)).toMatchObject({
      would: 'compute',
      reason: 'Compared with the nearest earlier call, argument 1.from is "2023" instead of "2024".',
      component: 'argument 1.from',
      before: '"2024"',
      after: '"2023"',
      kept: null,
    });
    expect(load.explain({ from: '2023', to: '2026' }, 10).reason).toContain(', and 1 more part is different.');
  });

  test('tells what became of a value: expired, dropped, invalidated', () => {
    const { cached, clock } = startProgram();
    const call = cached((x: number) => x, { maxEntries: 1, ttl: '1m', cost: 1 });
    call(1);
    clock.now += 120_000;
    expect(call.explain(1)).toMatchObject({ component: 'ttl' });
    call(2);
    call(3);
    expect(call.explain(2).reason).toContain('dropped to make room');
    call.invalidate(3);
    expect(call.explain(3).reason).toContain('invalidated');
  });

  test('names the file that changed', () => {
    const path = join(temporaryDirectory(), 'prices.csv');
    writeFileSync(path, 'a');
    const call = startProgram().cached(() => 1, { dependsOn: path });
    call();
    writeFileSync(path, 'b');
    expect(call.explain()).toMatchObject({ would: 'compute', component: `file ${path}` });
    expect(call.explain().reason).toBe(`Compared with the nearest earlier call, file ${path} changed.`);
  });
});

describe('explain, of a function cached on disk,', () => {
  test('knows the calls of earlier processes by digests, and names what differs', async () => {
    const first = startProgram();
    const load = (_secret: string, _year: number) => 1;
    const options = { persist: true, namespace: 'load' } as const;
    await first.cached(load, options)('alice', 2024);
    const known = await waitFor(async () => (await first.store.records.peek('calls known/load'))?.value);
    expect(JSON.stringify([...(known as { components: Map<string, string> }[])[0]!.components])).not.toContain('alice');
    await first.store.close();
    const again = startProgram(first.directory).cached(load, options);
    expect(await again.explain('alice', 2025)).toMatchObject({
      would: 'compute',
      reason: 'Compared with the nearest earlier call, argument 2 is different.',
      component: 'argument 2',
    });
    const other = startProgram(first.directory).cached((_secret: string, _year: number) => 2, options);
    expect(await other.explain('alice', 2024)).toMatchObject({
      component: 'code',
      reason: expect.stringContaining('code changed'),
    });
    const newer = startProgram(first.directory).cached(load, { ...options, version: 2 });
    expect(await newer.explain('alice', 2024)).toMatchObject({ component: 'version' });
    await again.invalidate('alice', 2024);
    expect((await again.explain('alice', 2024)).reason).toContain('It was kept for these arguments; since then');
  });
});

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
