import { mkdirSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { formatWithWorkspace } from '../../src/language/formatter.ts';
import { TempFolder } from '../support/temp.ts';

const BIOME = resolve(import.meta.dirname, '../../node_modules/@biomejs');
const folders: TempFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.dispose();
});

function folderWith(files: Record<string, string>): TempFolder {
  const folder = new TempFolder(files);
  folders.push(folder);
  return folder;
}

test('Biome formats a cell where it is installed and set up', async () => {
  const folder = folderWith({ 'biome.json': '{"javascript": {"formatter": {"quoteStyle": "single"}}}' });
  mkdirSync(folder.file('node_modules'));
  symlinkSync(BIOME, folder.file('node_modules/@biomejs'), 'junction');
  const notebook = folder.file('n.memoir.ts');
  expect(await formatWithWorkspace('const a={b:"c"}', notebook)).toBe("const a = { b: 'c' };\n");
  expect(await formatWithWorkspace('const a = (', notebook)).toBeNull();
});

test('Prettier goes before it, with the options of the notebook', async () => {
  const prettier = `exports.resolveConfig = async (path) => ({ from: path });
exports.format = async (text, { from, filepath }) => {
  if (text.includes('(')) throw new Error('Unclosed');
  return text.trim() + ' // ' + (from === filepath);
};`;
  const folder = folderWith({
    'biome.json': '{}',
    'node_modules/prettier/package.json': '{"name": "prettier", "main": "index.cjs"}',
    'node_modules/prettier/index.cjs': prettier,
  });
  expect(await formatWithWorkspace('a ', folder.file('n.memoir.ts'))).toBe('a // true');
  expect(await formatWithWorkspace('a(', folder.file('n.memoir.ts'))).toBeNull();
});

test('without either there is no formatter of the workspace', async () => {
  expect(await formatWithWorkspace('a', folderWith({}).file('n.memoir.ts'))).toBeNull();
});
