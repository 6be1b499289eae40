import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { display, toOutput } from '../../src/kernel/display.ts';
import { image } from '../../src/kernel/displayImage.ts';
import { html, md } from '../../src/kernel/displayMarkup.ts';
import { tableView } from '../../src/kernel/displayTable.ts';
import { MIME, type Output, type TableData } from '../../src/protocol/output.ts';

const PNG = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);

function data(output: Output | null, mime: string): unknown {
  return output?.items.find((item) => item.mime === mime)?.data;
}

function mimes(output: Output | null): string[] {
  return output?.items.map((item) => item.mime) ?? [];
}

describe('toOutput', () => {
  test('undefined shows nothing, null is a value', async () => {
    expect(await toOutput(undefined)).toBeNull();
    expect(mimes(await toOutput(null))).toEqual([MIME.value, MIME.text]);
  });

  test('rows become a table, with text beside it', async () => {
    const output = await toOutput([
      { origin: 'ATL', flights: 3, when: new Date('2024-03-01') },
      { origin: null, flights: Number.NaN, big: 12n },
    ]);
    expect(data(output, MIME.table)).toEqual({
      columns: [
        { name: 'origin', type: 'string' },
        { name: 'flights', type: 'number' },
        { name: 'when', type: 'date' },
        { name: 'big', type: 'number' },
      ],
      rows: [
        ['ATL', 3, '2024-03-01', null],
        [null, 'NaN', null, 12],
      ],
      rowCount: 2,
    });
    expect(data(output, MIME.text)).toBe(
      'origin  flights  when        big\nATL           3  2024-03-01\n            NaN               12\n2 rows',
    );
  });

  test('only the first thousand rows are sent, and all are counted', async () => {
    const table = data(await toOutput(Array.from({ length: 2_500 }, (_, i) => ({ i }))), MIME.table) as TableData;
    expect(table.rows).toHaveLength(1_000);
    expect(table.rowCount).toBe(2_500);
  });

  test('what adding up decimals leaves behind is not written, and whole numbers are whole', async () => {
    const output = await toOutput([{ sum: 0.1 + 0.2, id: 9007199254740991 }]);
    expect(data(output, MIME.text)).toBe('sum                id\n0.3  9007199254740991\n1 row');
  });

  test('a list of unlike objects, of numbers or of class instances is no table', async () => {
    class Point {}
    for (const list of [[], [1, 2], [new Point()], [{ a: 1 }, { b: 1 }, { c: 1 }], [{ a: 1 }, null]]) {
      expect(mimes(await toOutput(list))).toEqual([MIME.value, MIME.text]);
    }
  });

  test('a lazy table shows its preview', async () => {
    const preview: TableData = { columns: [{ name: 'n', type: 'INTEGER' }], rows: [[1]], rowCount: 7 };
    const table = { [Symbol.for('memoir.table')]: true, preview: async () => preview };
    expect(data(await toOutput(table), MIME.table)).toEqual(preview);
  });

  test('an error is its text, image bytes are an image, other bytes a value', async () => {
    expect(mimes(await toOutput(new RangeError('too far')))).toEqual([MIME.text]);
    expect(mimes(await toOutput(PNG))).toEqual(['image/png', MIME.text]);
    expect(mimes(await toOutput(new Uint8Array(20)))).toEqual([MIME.value, MIME.text]);
  });

  test('what is made to be shown says how, and text is added where it brings none', async () => {
    const branded = { [Symbol.for('memoir.output')]: () => ({ items: [{ mime: 'text/x-own', data: 'own' }] }) };
    expect(mimes(await toOutput(branded))).toEqual(['text/x-own', MIME.text]);
  });

  test('a UserError of what is made to be shown is the cell’s error, other failures fall back to the value', async () => {
    const failing = (error: Error) => ({ [Symbol.for('memoir.output')]: () => Promise.reject(error) });
    await expect(toOutput(failing(new UserError('no such column')))).rejects.toThrow('no such column');
    expect(mimes(await toOutput(failing(new TypeError('a bug'))))).toEqual([MIME.value, MIME.text]);
  });

  test('hostile values are shown all the same', async () => {
    const trap = () => {
      throw new Error('hostile');
    };
    const proxy = new Proxy(
      {},
      { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap },
    );
    const getter = Object.defineProperty({}, Symbol.for('memoir.output'), { get: trap });
    const error = Object.defineProperty(new Error('x'), 'stack', { get: trap });
    for (const value of [proxy, getter, error, [proxy], { proxy }, Object.create(proxy)]) {
      expect(typeof data(await toOutput(value), MIME.text)).toBe('string');
    }
  });
});

describe('md and html', () => {
  test('values stand as plain text, indentation is taken off', () => {
    const name = '*A_B* <i>';
    expect(
      md`
      # Title
        The worst is **${name}**, in \`${'a`b'}\`; ${3} of ${[1, 2]}.
    `.source,
    ).toBe("# Title\n  The worst is **\\*A\\_B\\* &lt;i&gt;**, in `a'b`; 3 of 1, 2.");
  });

  test('fragments of the same kind keep their meaning', () => {
    const items = ['a', 'b'];
    expect(md`${items.map((item) => md`- ${item}`)}`.source).toBe('- a\n- b');
    expect(html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`.source).toBe('<ul><li>a</li><li>b</li></ul>');
  });

  test('html escapes values, goes to a frame of its own and has a text', async () => {
    const output = await toOutput(html`<b title="${'"x"'}">${'<script>'}</b>`);
    expect(data(output, MIME.sandboxedHtml)).toEqual({ html: '<b title="&quot;x&quot;">&lt;script&gt;</b>' });
    expect(data(output, MIME.text)).toBe('<script>');
    expect(mimes(output)).not.toContain(MIME.html);
  });
});

describe('image and tableView', () => {
  test('an image is read from a file and carries its alternative text', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memoir-image-'));
    writeFileSync(join(folder, 'dot.png'), PNG);
    expect(data(await toOutput(image(join(folder, 'dot.png'), { alt: 'A dot' })), MIME.text)).toBe('A dot');
    rmSync(folder, { recursive: true });
  });

  test('a missing file and unknown bytes are told in words', () => {
    expect(() => image('nowhere.png')).toThrow('There is no image at "nowhere.png".');
    expect(() => image(new Uint8Array(4))).toThrow(UserError);
  });

  test('SVG stays text', async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
    expect(data(await toOutput(image(svg)), 'image/svg+xml')).toContain('<svg');
    expect(data(await toOutput(image('<svg xmlns="http://www.w3.org/2000/svg"/>')), 'image/svg+xml')).toContain('<svg');
  });

  test('a view of a table has its own limit', async () => {
    const table = data(
      await toOutput(tableView([{ a: 1 }, { a: 2 }, { a: 3 }], { limit: 2 })),
      MIME.table,
    ) as TableData;
    expect(table).toMatchObject({ rows: [[1], [2]], rowCount: 3 });
  });
});

describe('display', () => {
  const kernel = Symbol.for('memoir.kernel');
  const world = globalThis as unknown as Record<symbol, unknown>;
  afterEach(() => delete world[kernel]);

  test('outputs reach the kernel in the order of the calls, however long each takes', async () => {
    const shown: unknown[] = [];
    const pending: Promise<unknown>[] = [];
    world[kernel] = {
      display: (output: Output) => shown.push(data(output, MIME.text)),
      waitFor: (work: Promise<unknown>) => pending.push(work),
    };
    const slow = {
      [Symbol.for('memoir.output')]: () =>
        new Promise((resolve) => setTimeout(resolve, 20, { items: [{ mime: MIME.text, data: 'slow' }] })),
    };
    void display(slow);
    void display(1);
    await Promise.all(pending);
    expect(shown).toEqual(['slow', '1']);
  });

  test('one that fails is told to whoever waits and keeps none of the others', async () => {
    const shown: unknown[] = [];
    world[kernel] = { display: (output: Output) => shown.push(data(output, MIME.text)) };
    const failing = { [Symbol.for('memoir.output')]: () => Promise.reject(new UserError('no such column')) };
    await expect(display(failing)).rejects.toThrow('no such column');
    await display('next');
    expect(shown).toEqual(["'next'"]);
  });

  test('in plain Node the text is printed', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await display(md`**bold**`);
    expect(print).toHaveBeenCalledWith('**bold**');
    print.mockRestore();
  });
});
