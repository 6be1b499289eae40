import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { LiveLocations } from '../../src/profile/liveLocations.ts';
import { NodeReader } from '../../src/profile/nodeReader.ts';
import { Sources } from '../../src/profile/sources.ts';

const reader = new NodeReader(new LiveLocations(), new Sources(new Map()), false);

/** A call of a function that belongs to no source of the target. */
const callIn = (file: string, functionName: string) => {
  const callFrame = { functionName, scriptId: '7', url: pathToFileURL(file).href, lineNumber: 4, columnNumber: 0 };
  return { id: 1, callFrame, hitCount: 1, children: [] };
};

test("what Memoir's own bundles do below the target is one function, whatever their parts are called", () => {
  const memoir = join(import.meta.dirname, '../../src/profile'); // bundles lie beside the reader's
  const first = reader.meaning(callIn(join(memoir, 'chunk-A1B2.js'), 'query'), false);
  const second = reader.meaning(callIn(join(memoir, 'chunk-C3D4.js'), 'e'), false);
  expect(first).toMatchObject({ name: 'Memoir', file: null, line: null });
  expect(second).toEqual(first);
});

test("Memoir's own code above the target is passed through, and a package's keeps its name", () => {
  const memoir = join(import.meta.dirname, '../../src/profile/chunk-A1B2.js');
  expect(reader.meaning(callIn(memoir, 'load'), true)).toBe('through');
  const file = join(import.meta.dirname, 'node_modules/semver/range.js');
  expect(reader.meaning(callIn(file, 'parse'), false)).toMatchObject({ name: 'parse', file, origin: 'package' });
});
