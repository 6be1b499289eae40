import { expect, test } from 'vitest';
import { DiskPolicy } from '../../src/cache/diskPolicy.ts';

test('of a loop that does not fit, what fits is kept', () => {
  const policy = new DiskPolicy({ maxBytes: 1e6, maxEntries: Number.POSITIVE_INFINITY });
  const held = new Set<string>();
  let hits = 0;
  for (let at = 0; at < 20_000; at += 1) {
    const key = `key ${at % 1200}`; // of which 1,000 fit
    if (held.has(key)) {
      hits += 1;
      policy.use(key, 1000, 10);
      continue;
    }
    policy.add(key, 1000, 10);
    held.add(key);
    if (held.size <= 1000) continue;
    for (const gone of policy.doomed) held.delete(gone);
    policy.forget(policy.doomed);
    expect(held.size).toBeLessThanOrEqual(1000);
  }
  expect(hits).toBeGreaterThan(13_000);
});

test('what is written or read again is no longer to go', () => {
  const policy = new DiskPolicy({ maxBytes: 1000, maxEntries: Number.POSITIVE_INFINITY });
  policy.add('large', 2000, 10);
  expect(policy.doomed).toEqual(['large']);
  policy.add('large', 500, 10);
  expect(policy.doomed).toEqual([]);
  policy.shrink(0);
  expect(policy.doomed).toEqual(['large']);
  policy.use('large', 500, 10);
  expect(policy.isDoomed('large')).toBe(false);
});

test('what another process removed is forgotten', () => {
  const policy = new DiskPolicy({ maxBytes: 1000, maxEntries: Number.POSITIVE_INFINITY });
  for (const key of ['here', 'gone']) policy.add(key, 300, 10);
  policy.keepOnly((key) => key === 'here');
  expect(policy.knows('here')).toBe(true);
  expect(policy.knows('gone')).toBe(false);
});
