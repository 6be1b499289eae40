import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { digestFileNow, FileDigests } from '../../src/data/fileDigests.ts';
import { TempFolder } from '../support/temp.ts';

const MIB = 1 << 20;
const folder = new TempFolder();
afterAll(() => folder.dispose());

test.each([0, 1, 3_999_999, 4_000_000, 4 * MIB, 5 * MIB, 5 * MIB + 1, 65 * MIB + 1])(
  'a file of %i bytes has one digest, whoever works it out',
  async (size) => {
    const path = folder.file(`${size}`);
    writeFileSync(path, Buffer.alloc(size, 'some content that goes on and on'));
    const now = digestFileNow(path);
    expect(await new FileDigests().digest(path)).toBe(now);
    if (size === 0) return;
    writeFileSync(path, Buffer.alloc(size, 'some content that goes on and on').fill('!', size - 1));
    expect(digestFileNow(path)).not.toBe(now);
  },
);
