import { dirname } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { installCommand, projectOf } from '../../src/notebook/installCommand.ts';
import { TempFolder } from '../support/temp.ts';

const folder = new TempFolder();
afterEach(() => folder.dispose());

test.each([
  ['package-lock.json', '', 'npm install lodash'],
  ['pnpm-lock.yaml', '', 'pnpm add lodash'],
  ['yarn.lock', '', 'yarn add lodash'],
  ['bun.lock', '', 'bun add lodash'],
  ['package.json', '{ "packageManager": "pnpm@10.1.0" }', 'pnpm add lodash'],
  ['package.json', '{ "packageManager": "another@1.0.0" }', 'npm install lodash'],
  ['readme.md', '', 'npm install lodash'],
])('where a project has %s %s, packages are installed by whom it is kept', (file, text, command) => {
  folder.write(file, text);
  const notebooks = dirname(folder.write('analysis/deep/a.memoir.ts', ''));
  expect(installCommand('lodash', notebooks)).toBe(command);
});

test('a part of a package is installed with its package; what names none, or more than one, is not', () => {
  expect(installCommand('lodash/fp', folder.path)).toBe('npm install lodash');
  expect(installCommand('@scope/pack/sub', folder.path)).toBe('npm install @scope/pack');
  for (const none of ['a; rm -rf ~', 'a b', '$(id)', '--global', '@scope', 'a`id`', ''])
    expect(installCommand(none, folder.path)).toBe(null);
});

test('a package is installed for the nearest project, or beside the notebook where there is none', () => {
  const notebooks = dirname(folder.write('app/notebooks/a.memoir.ts', ''));
  expect(projectOf(notebooks)).toBe(notebooks);
  folder.write('app/package.json', '{}');
  expect(projectOf(notebooks)).toBe(folder.file('app'));
});
