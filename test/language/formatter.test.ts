import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { formatWithWorkspace } from '../../src/language/formatter.ts';
import { TempFolder } from '../support/temp.ts';

const BIOME = resolve(import.meta.dirname, '../../node_modules/@biomejs');
const PRETTIER = dirname(fileURLToPath(import.meta.resolve('prettier')));
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

describe('Prettier', () => {
  const linked = (files: Record<string, string>) => {
    const folder = folderWith({ 'biome.json': '{}', ...files });
    mkdirSync(folder.file('node_modules'));
    symlinkSync(PRETTIER, folder.file('node_modules/prettier'), 'junction');
    return folder;
  };

  test('goes before it, with the options that hold for the notebook', async () => {
    const folder = linked({
      '.prettierrc': '{"semi": false, "overrides": [{"files": "*.memoir.ts", "options": {"singleQuote": true}}]}',
      '.editorconfig': '[*]\nindent_style = space\nindent_size = 4\n',
    });
    const format = (text: string) => formatWithWorkspace(text, folder.file('n.memoir.ts'));
    expect(await format('const a = {b:"c"};')).toBe("const a = { b: 'c' }\n");
    expect(await format('function f(){return await g;}')).toBe('function f() {\n    return await g\n}\n');
    expect(await format('const a = (')).toBeNull();
    expect(await format('await load("a");rows')).toBe("await load('a')\nrows\n");
  });

  test('formats a part of a cell alone', async () => {
    const folder = linked({});
    const text = 'const a={b:1}\nconst c={d:1}\n';
    const stretch = { start: 14, end: 27 };
    expect(await formatWithWorkspace(text, folder.file('n.memoir.ts'), stretch)).toBe(
      'const a={b:1}\nconst c = { d: 1 };\n',
    );
  });

  test('that does not understand its options leaves the cell to TypeScript', async () => {
    const folder = linked({ '.prettierrc': '{' });
    expect(await formatWithWorkspace('a', folder.file('n.memoir.ts'))).toBeNull();
  });
});

test('without either there is no formatter of the workspace', async () => {
  expect(await formatWithWorkspace('a', folderWith({}).file('n.memoir.ts'))).toBeNull();
});
