import { hash } from 'node:crypto';
import { callKey } from '../../../src/cache/callKey.ts';
import { randomArguments } from './randomValues.ts';
import { spell } from './spell.ts';

/** What a round found. */
export interface FuzzResult {
  readonly values: number;
  /** How many different ones were among them. */
  readonly different: number;
  /** Seeds of lists that are wrong, with what is wrong. */
  readonly wrong: readonly string[];
}

/** Keys `count` random lists twice each, and compares all keys with all spellings. */
export function fuzzKeys(count: number, firstSeed: number, told: (done: number) => void = () => {}): FuzzResult {
  const wrong: string[] = [];
  const spellings = new DigestTable(count);
  const keys = new DigestTable(count);
  for (let run = 0; run < count && wrong.length < 10; run++) {
    const seed = firstSeed + run;
    const args = randomArguments(seed);
    const key = keyOf(args);
    const again = randomArguments(seed, true);
    const spelled = spell(args);
    if (spell(again) !== spelled) wrong.push(`seed ${seed}: the two makings differ, which is a fault of this test`);
    if (keyOf(again) !== key) wrong.push(`seed ${seed}: an equal list has another key: ${spelled}`);
    const keyBits = digestBits(key);
    const spellBits = digestBits(spelled);
    if (spellings.put(keyBits, spellBits) !== spellBits)
      wrong.push(`seed ${seed}: the key of another list: ${spelled}`);
    if (keys.put(spellBits, keyBits) !== keyBits)
      wrong.push(`seed ${seed}: another key than an equal list: ${spelled}`);
    if (run % 100_000 === 99_999) told(run + 1);
  }
  return { values: count, different: keys.size, wrong };
}

function keyOf(args: readonly unknown[]): string {
  const keyed = callKey(args);
  if ('problem' in keyed) throw new Error(keyed.problem);
  return keyed.key;
}

/** The first 64 bits of a digest: two of ten million texts share them by chance once in 400,000 rounds. */
function digestBits(text: string): bigint {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'buffer').readBigUInt64LE();
}

/** From 64 bits to 64 bits, in flat memory: ten million pairs would be too many for a Map. */
class DigestTable {
  readonly #slots: BigUint64Array;
  readonly #mask: bigint;
  size = 0;

  constructor(count: number) {
    const slots = 2 ** Math.ceil(Math.log2(count * 2));
    this.#slots = new BigUint64Array(slots * 2);
    this.#mask = BigInt(slots - 1);
  }

  /** What is kept under `key`, which is `value` unless something was there. */
  put(key: bigint, value: bigint): bigint {
    const slots = this.#slots;
    for (let slot = key & this.#mask; ; slot = (slot + 1n) & this.#mask) {
      const at = Number(slot) * 2;
      if (slots[at] === key) return slots[at + 1]!;
      if (slots[at] !== 0n) continue;
      slots[at] = key;
      slots[at + 1] = value;
      this.size += 1;
      return value;
    }
  }
}
