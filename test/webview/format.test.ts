import { describe, expect, test } from 'vitest';
import type { TableData } from '../../src/protocol/output.ts';
import { isInlineImage, isWebLink } from '../../webview/chartLoader.ts';
import { formatTooltip } from '../../webview/chartTooltipText.ts';
import { frameDocument, reportedHeight } from '../../webview/htmlDocument.ts';
import { cellText, columnFormats, countText } from '../../webview/tableFormat.ts';
import { briefEntries } from '../../webview/valueBrief.ts';

type Cell = TableData['rows'][number][number];

function columnOf(...values: Cell[]): string[] {
  const table: TableData = {
    columns: [{ name: 'x', type: 'number' }],
    rows: values.map((value) => [value]),
    rowCount: null,
  };
  const [format] = columnFormats(table);
  return values.map((value) => cellText(value, format!));
}

describe('the numbers of a column', () => {
  test.each<[Cell[], string[]]>([
    [
      [1, 2024, -3],
      ['1', '2024', '-3'],
    ],
    [
      [0.1, 0.25],
      ['0.10', '0.25'],
    ],
    [
      [12.345678, 9],
      ['12.35', '9.00'],
    ],
    [
      [0.0123456, 0.5],
      ['0.012', '0.500'],
    ],
    [
      [1234.5678, 20.1],
      ['1234.57', '20.10'],
    ],
    [
      [0.5, 1e-9],
      ['0.500', '1e-9'],
    ],
    [
      [1e21, 1],
      ['1e+21', '1'],
    ],
    [
      [null, 'NaN', 1],
      ['null', 'NaN', '1'],
    ],
  ])('%j stand as %j', (values, texts) => {
    expect(columnOf(...values)).toEqual(texts);
  });

  test('a column of texts that look like numbers is none of numbers', () => {
    const table: TableData = { columns: [{ name: 'zip', type: 'string' }], rows: [['00501'], ['90210']], rowCount: 2 };
    expect(columnFormats(table)[0]?.numeric).toBe(false);
    expect(columnFormats({ ...table, columns: [{ name: 'total', type: 'HUGEINT' }] })[0]?.numeric).toBe(true);
  });
});

describe('the line below a table', () => {
  test.each([
    [0, 0, 'No rows'],
    [1, 1, '1 row'],
    [20, 1_204, '20 of 1,204 rows'],
    [20, null, 'First 20 rows'],
  ])('%i rows of %s: %s', (shown, rowCount, text) => {
    expect(countText({ columns: [], rows: Array.from({ length: shown }, () => []), rowCount })).toBe(text);
  });
});

describe('a tooltip', () => {
  test('shortens long fractions and leaves everything else as it is', () => {
    expect(formatTooltip({ delay: '12.3456789', year: '2020', flights: '1234.5678', name: 'x' })).toEqual([
      { name: 'delay', text: '12.3' },
      { name: 'year', text: '2020' },
      { name: 'flights', text: '1235' },
      { name: 'name', text: 'x' },
    ]);
  });

  test('of nothing has no lines', () => {
    expect([null, undefined, ''].map(formatTooltip)).toEqual([[], [], []]);
  });
});

describe('links and images of a chart', () => {
  test.each([
    ['https://example.org', true],
    ['mailto:a@example.org', true],
    ['javascript:alert(1)', false],
    [' JAVASCRIPT:alert(1)', false],
    ['data:text/html,x', false],
    ['file:///etc/passwd', false],
    ['/relative', false],
  ])('%s may be followed: %s', (uri, allowed) => {
    expect(isWebLink(uri)).toBe(allowed);
  });

  test('only images that bring their own bytes are drawn', () => {
    expect(isInlineImage('data:image/png;base64,AA==')).toBe(true);
    expect(isInlineImage('https://example.org/x.png')).toBe(false);
    expect(isInlineImage('data:text/html,x')).toBe(false);
  });
});

describe('the document of a frame', () => {
  test('lets style variables out of no declaration', () => {
    const page = frameDocument('', { scheme: 'dark', variables: { '--a': 'red;}</style><script>1' } });
    expect(page).toContain(':root{--a:red/stylescript1}');
  });

  test('is believed only in heights that make sense', () => {
    expect(
      [{ memoirHeight: 20.2 }, { memoirHeight: 1e9 }, { memoirHeight: -1 }, { memoirHeight: 'x' }, null].map(
        reportedHeight,
      ),
    ).toEqual([21, 4_000, null, null, null]);
  });
});

describe('a folded value', () => {
  test('shows its beginning on one line', () => {
    const number = (preview: string) => ({ preview, type: 'number' as const });
    expect(
      briefEntries({ preview: 'Array(3)', type: 'object', entries: [{ key: '0', value: number('1') }], more: 2 }),
    ).toBe('[1, …]');
    expect(briefEntries({ preview: 'Object', type: 'object', entries: [{ key: 'a', value: number('1') }] })).toBe(
      '{a: 1}',
    );
  });
});
