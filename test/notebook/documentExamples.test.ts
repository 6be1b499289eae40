import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { completeCell } from '../../src/notebook/cell.ts';
import { readDocument, writeDocument } from '../../src/notebook/document.ts';

test('the sample notebook reads without a problem and is written as it stands', () => {
  const bytes = readFileSync(new URL('../../examples/birdstrikes.memoir.ts', import.meta.url));
  const document = readDocument(bytes);
  expect(Buffer.from(writeDocument(document))).toEqual(bytes);
  expect(document.cells.map(({ kind, declares }) => declares ?? kind)).toEqual([
    'markdown',
    'code',
    'code',
    'months',
    'code',
    'species',
    'code',
    'code',
    'markdown',
  ]);
  expect(document.cells.flatMap(({ options }) => completeCell(options).problems)).toEqual([]);
});
