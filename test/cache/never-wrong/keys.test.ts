import { describe, expect, test } from 'vitest';
import { callKey } from '../../../src/cache/callKey.ts';
import { keyDigest } from '../../../src/cache/key.ts';
import { different, equal, refused } from './pairs.ts';

describe('Different arguments never share a key:', () => {
  test.each(different)('%s', (_sentence, one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
    expect(keyDigest(one)).not.toBe(keyDigest(other));
  });

  test('nor does any argument list of these pairs share one with another', () => {
    const spellings = new Map<string, readonly unknown[]>();
    for (const list of different.flatMap(([, one, other]) => [one, other])) {
      const key = keyOf(list);
      const known = spellings.get(key);
      if (known) expect(known, 'the same value in two pairs').toEqual(list);
      spellings.set(key, list);
    }
    expect(spellings.size).toBeGreaterThan(different.length);
  });
});

describe('Equal arguments share a key:', () => {
  test.each(equal)('%s', (_sentence, one, other) => {
    expect(keyOf(one)).toBe(keyOf(other));
    expect(keyDigest(one)).toBe(keyDigest(other));
  });
});

describe('What cannot be told apart has no key, and is computed each time:', () => {
  test.each(refused)('%s', (_sentence, make, says) => {
    const keyed = callKey([make()]);
    expect(keyed).toHaveProperty('problem');
    expect('problem' in keyed && keyed.problem).toContain(says);
  });
});

function keyOf(args: readonly unknown[]): string {
  const keyed = callKey(args);
  if ('problem' in keyed) throw new Error(keyed.problem);
  return keyed.key;
}
