import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { readDocument, writeDocument } from '../../../src/notebook/document.ts';
import { exportIpynb } from '../../../src/notebook/exporters/ipynbExport.ts';
import { importIpynb } from '../../../src/notebook/exporters/ipynbImport.ts';

const PYTHON = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'python3', language: 'python' } },
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['# Title\n', 'text'] },
    {
      cell_type: 'code',
      metadata: {},
      source: ['print(1)\n', '2'],
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['1\n'] },
        { output_type: 'execute_result', data: { 'text/plain': ['2'] } },
        { output_type: 'display_data', data: { 'image/png': 'aGk=\n', 'text/plain': 'a figure' } },
      ],
    },
  ],
};

async function exported(bytes: Uint8Array): Promise<string> {
  const document = readDocument(bytes);
  const cells = document.cells.map((cell) => ({ cell, state: null }));
  return exportIpynb({ name: 'x', document, cells }, async () => '');
}

describe('a notebook that goes to Jupyter and comes back', () => {
  test('has the same bytes, whatever they are', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '// %% [markdown]',
        '// # x',
        '// %% T {"run": "manual"}',
        '// %% [sql]',
        'const a = await sql`SELECT 1`;',
        '',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.constantFrom('\n', '\r\n'), async (lines, eol) => {
        const bytes = Buffer.from(lines.join(eol));
        expect(Buffer.from(writeDocument(importIpynb(await exported(bytes))))).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test('has the change that was made there, and nothing else', async () => {
    const text = '// %% A {"run": "manual"}\nconst a = 1;\n\n// %% B\nconst b   =  2;\n';
    const notebook = JSON.parse(await exported(Buffer.from(text)));
    notebook.cells[0].source = 'const a = 3;';
    const back = writeDocument(importIpynb(JSON.stringify(notebook)));
    expect(Buffer.from(back).toString()).toBe(text.replace('a = 1', 'a = 3'));
  });
});

describe('a notebook from elsewhere', () => {
  test('in TypeScript becomes cells', () => {
    const deno = { ...PYTHON, metadata: { language_info: { name: 'typescript' } } };
    const { cells } = importIpynb(JSON.stringify(deno));
    expect(cells.map(({ kind, source }) => [kind, source])).toEqual([
      ['markdown', '# Title\ntext'],
      ['code', 'print(1)\n2'],
    ]);
  });

  test('in another language becomes text, with what it shows', () => {
    const { cells } = importIpynb(JSON.stringify(PYTHON));
    expect(cells.map(({ kind }) => kind)).toEqual(['markdown', 'markdown']);
    expect(cells[1]!.source).toBe(
      '```python\nprint(1)\n2\n```\n\n```text\n1\n```\n\n```text\n2\n```\n\n![Output](data:image/png;base64,aGk=)',
    );
  });

  test.each(['', '{', '[]', '{"cells": []}', '{"nbformat": 3, "worksheets": []}', '"text"', 'null'])(
    '%j is none',
    (text) => {
      expect(() => importIpynb(text)).toThrow(UserError);
    },
  );

  test('cannot slip in what was not looked at', () => {
    const memoir = { kind: 'code', title: 'x', options: { cache: 'off', evil: 1 }, raw: '// %% x\nharmless();\n' };
    const cells = [{ cell_type: 'code', metadata: { memoir }, source: 'other();', outputs: [] }];
    const [cell] = importIpynb(JSON.stringify({ ...PYTHON, metadata: { memoir: { head: 'attack();' } }, cells })).cells;
    expect(cell).toMatchObject({ source: 'other();', options: { cache: 'off' } });
    const text = Buffer.from(writeDocument(importIpynb(JSON.stringify({ ...PYTHON, cells })))).toString();
    expect(text).toContain('other();');
    expect(text).not.toContain('harmless');
  });
});
