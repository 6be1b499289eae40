import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countingMarkers, markerCandidates } from '../../src/notebook/scan.ts';

/** The titles of the markers that count. */
function titles(text: string): string[] {
  const candidates = markerCandidates(text);
  return countingMarkers(text, candidates).map((index) => /.*/.exec(text.slice(candidates[index]! + 6))![0]);
}

function lines(...text: string[]): string {
  return text.join('\n');
}

describe('a line that can be a marker', () => {
  test.each([
    ['// %%', 1],
    ['// %% ', 1],
    ['// %% Title', 1],
    ['// %%Title', 0],
    ['// %%% Title', 0],
    ['//%% Title', 0],
    [' // %% Title', 0],
    ['a; // %% Title', 0],
    ['/// %% Title', 0],
    ['a\r// %% b\r\n// %% c\n// %%\r// %%', 4],
    ['// note\u2028// %% Title', 0],
  ])('%j holds %d', (text, count) => {
    expect(markerCandidates(text)).toHaveLength(count);
  });
});

describe('a marker is text', () => {
  test('29: inside a template literal', () => {
    expect(titles(lines('// %% A', 'const t = `', '// %% not a cell', '`;', '// %% B'))).toEqual(['A', 'B']);
  });

  test.each([
    ['in the expression of a template', 'const t = `${', '// %% no', 'x}`;'],
    ['behind the expression of a template', 'const t = `${x}', '// %% no', '`;'],
    ['in a template inside a template', 'const t = `${f(`', '// %% no', '`, {a: 1})}`;'],
    ['in a block comment', '/*', '// %% no', '*/'],
    ['in a string that goes on behind a backslash', "const t = 'a\\", '// %% no\\', "b';"],
    ['in two templates', 'const t = `', '// %% no', '`; const u = `', '// %% no', '`;'],
    ['several times in one template', 'const t = `', '// %% no', '// %% no', '`;'],
    ['in a template behind one with escapes', 'const a = `\\`\\${`; const t = `', '// %% no', '`;'],
    ['in a template behind a regex with a backtick', 'const a = /`/; const t = `', '// %% no', '`;'],
    ['in a template behind a regex after (', 'f(/[/`]/); const t = `', '// %% no', '`;'],
    ['in a template behind a division', 'const a = b', '/ 2 / `', '// %% no', '`;'],
    ['in a template behind a comment with a backtick', '// it`s', '/* ` */ const t = `', '// %% no', '`;'],
    ['in a template behind strings with backticks', 'f("`", \'`\'); const t = `', '// %% no', '`;'],
  ])('%s', (_, ...cell) => {
    expect(titles(lines('// %% A', ...cell, '// %% B', 'let b;', '// %% C'))).toEqual(['A', 'B', 'C']);
  });

  test('with any line end', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(titles(['// %% A', 'x = `', '// %% no', '`', '// %% B'].join(end))).toEqual(['A', 'B']);
  });
});

describe('a marker counts', () => {
  test.each([
    ['a template', 'const t = `half'],
    ['the expression of a template', 'const t = `half ${a'],
    ['a template inside a template', 'const t = `${f(`half'],
    ['a block comment', '/* half'],
    ['a string', "const t = 'half"],
    ['a string that goes on behind a backslash', "const t = 'half\\"],
    ['a bracket', 'f({ a: [1,'],
    ['a regex', 'const r = /half'],
  ])('below %s that never closes', (_, half) => {
    expect(titles(lines('// %% A', half, '// %% B', 'let b;', '// %% C'))).toEqual(['A', 'B', 'C']);
  });

  test.each([
    ['plain', 'const c = `x`;'],
    ['with expressions', 'md`The worst is **${worst.name}**: ${f(`${a} and ${b}`)}.`'],
    ['with an apostrophe', "md`It's late`"],
    ['of SQL', "const c = await sql`\n  SELECT 'a' AS a\n  FROM ${t}`;"],
  ])('below a half-written backtick, when later cells hold templates %s', (_, later) => {
    const cells = ['// %% A', 'const a = `half', '// %% B', later, '// %% C', later, '// %% D'];
    expect(titles(lines(...cells))).toEqual(['A', 'B', 'C', 'D']);
  });

  test('below a half-written template, and marker text in a closed template above stays text', () => {
    const text = lines('// %% A', 'x = `', '// %% no', '`', '// %% B', 'y = `half', '// %% C', 'z = `c`');
    expect(titles(text)).toEqual(['A', 'B', 'C']);
  });

  test('below several half-written cells', () => {
    const half = ['const a = `${half', '/* half', 'const a = `${half', '// nothing', '`${'];
    const text = half.map((code, index) => `// %% ${index}\n${code}\n`).join('');
    expect(titles(text)).toEqual(['0', '1', '2', '3', '4']);
  });

  test('below a half-written cell in a file with more of them than can be looked into', () => {
    const text = Array.from({ length: 400 }, (_, index) => `// %% ${index}\nx = \`\${${'a + '.repeat(500)}\n`).join('');
    expect(titles(text)).toHaveLength(400);
  });
});

test('the end of a file inside a literal cuts nothing where no marker follows', () => {
  expect(titles('// %% A\nlet a;\n// %% B\nconst b = `half')).toEqual(['A', 'B']);
});

test('cells of closed code are told apart whatever stands in them', () => {
  const closed = fc.constantFrom(
    'const a = `x`;',
    'f(`${a}`)',
    '`\n// %% no\n`',
    '/* `\n// %% no\n*/',
    '"`"',
    'a / b / `c`',
    '/`/.test(a)',
    '// ` it`s',
    '({ a: `${{ b: 1 }.b}` })',
    '`${`\n// %% no\n${1}`}`',
    '',
  );
  fc.assert(
    fc.property(fc.array(fc.array(closed, { maxLength: 4 }), { minLength: 1, maxLength: 8 }), (cells) => {
      const text = cells.map((parts, index) => `// %% ${index}\n${parts.join(';\n')}`).join('\n');
      expect(titles(text)).toEqual(cells.map((_, index) => String(index)));
    }),
  );
});

test('markers that count are candidates in order, whatever the text', () => {
  const piece = fc.constantFrom(
    '// %% a\n',
    '`',
    '${',
    '}',
    "'",
    '"',
    '/*',
    '*/',
    '//',
    '\\',
    '\n',
    '\r',
    '/',
    'x',
    ' ',
    '{',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      const candidates = markerCandidates(text);
      const counting = countingMarkers(text, candidates);
      expect(counting.every((index, at) => candidates[index] !== undefined && index > (counting[at - 1] ?? -1))).toBe(
        true,
      );
      if (candidates[0] === 0) expect(counting[0]).toBe(0);
    }),
    { numRuns: 1000 },
  );
});
