import { chmodSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { findNode, isRecentEnough, OLDEST_NODE } from '../../src/process/forkNode.ts';
import { TempFolder } from '../support/temp.ts';

function script(text: string): string {
  const folder = new TempFolder();
  onTestFinished(() => folder.dispose());
  const path = folder.write('node', text);
  chmodSync(path, 0o755);
  return path;
}

describe('the Node for kernels', () => {
  test('is this very program when it is recent enough', async () => {
    expect(await findNode(null)).toEqual({ path: process.execPath, version: process.versions.node, env: {} });
  });

  test('is the one of the setting', async () => {
    expect(await findNode(process.execPath)).toMatchObject({ path: process.execPath, version: process.versions.node });
  });

  test.each([
    ['nothing', () => '/nowhere/node', /No Node\.js answers at .*memoir\.kernel\.nodePath/],
    ['a text file', () => script('just words, not a program\n'), /nodePath/],
    ['a program that says something else', () => script('#!/bin/sh\necho hello\n'), /nodePath/],
    [
      'an old Node',
      () => script('#!/bin/sh\necho v20.1.0\n'),
      /needs Node\.js 22\.15\.0 or newer; .* is 20\.1\.0\..*nodePath/,
    ],
  ])('is refused with a remedy in one sentence when the setting leads to %s', async (_, path, sentence) => {
    const error: unknown = await findNode(path()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(sentence);
  });

  test('must be of a certain age', () => {
    const [major = 0, minor = 0] = OLDEST_NODE.split('.').map(Number);
    expect(isRecentEnough(OLDEST_NODE)).toBe(true);
    expect(isRecentEnough(`${major}.${minor - 1}.9`)).toBe(false);
    expect(isRecentEnough(`${major + 1}.0.0`)).toBe(true);
    expect(isRecentEnough('hello')).toBe(false);
  });
});
