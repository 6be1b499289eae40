import { expect, onTestFinished, test } from 'vitest';
import { memoir, memoirJson } from '../support/memoir.ts';
import { TempFolder } from '../support/temp.ts';

interface Compared {
  readonly cold: { readonly cells: readonly { readonly status: string }[] };
  readonly warm: { readonly cells: readonly { readonly status: string }[] };
  readonly ratio: number;
}

test('a notebook is run cold, then warm, whatever was remembered of it before', async () => {
  const folder = new TempFolder({
    'n.memoir.ts': '// %% Sum\nlet sum = 0;\nfor (let i = 0; i < 3e6; i++) sum += Math.sqrt(i);\n',
  });
  onTestFinished(() => folder.dispose());
  await memoir(folder.path, ['run', 'n.memoir.ts']);
  const { cold, warm, ratio } = await memoirJson<Compared>(folder.path, ['benchmark', 'n.memoir.ts']);
  expect(cold.cells.map(({ status }) => status)).toEqual(['computed']);
  expect(warm.cells.map(({ status }) => status)).toEqual(['disk']);
  expect(ratio).toBeGreaterThan(0);
  expect((await memoir(folder.path, ['benchmark', 'n.memoir.ts'])).stdout).toMatch(/Sum .* from disk\n/);
});

test('a suite that is none is refused with how it is called', async () => {
  const { code, stderr } = await memoir(process.cwd(), ['benchmark', 'nothing']);
  expect(code).toBe(2);
  expect(stderr).toContain('Usage: memoir benchmark demo|<notebook>');
});
