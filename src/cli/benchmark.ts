import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../base/errors.ts';
import { formatDuration } from '../base/format.ts';
import { textTable } from '../base/textTable.ts';
import { readArguments, UsageError } from './arguments.ts';
import type { Command } from './command.ts';

/** A run of a notebook as `memoir run --json` tells of it; only what is used here. */
interface Run {
  readonly cells: readonly {
    readonly index: number;
    readonly title: string | null;
    readonly status: string;
    readonly ms: number;
    readonly kind: string;
  }[];
  readonly totals: { readonly errors: number; readonly ms: number; readonly savedMs: number };
}

/** A run from the start of the program to its end. */
interface Timed extends Run {
  readonly wallMs: number;
}

/** `memoir benchmark`: what remembering saves, on a notebook that is run twice. */
export const benchmark: Command = {
  summary: 'run a notebook cold and warm, and say what remembering saved',
  usage: 'memoir benchmark demo|<notebook> [--json]',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean', default: false } }, 1);
    const [what = ''] = positionals;
    if (what !== 'demo' && !what.includes('.')) throw new UsageError(`There is no suite "${what}".`);
    const notebook = what === 'demo' ? demo() : resolve(what);
    const cache = await mkdtemp(join(tmpdir(), 'memoir-benchmark-'));
    try {
      const cold = await runApart(notebook, cache);
      const warm = await runApart(notebook, cache);
      const ratio = cold.wallMs / warm.wallMs;
      console.log(values.json ? JSON.stringify({ notebook, cold, warm, ratio }, null, 2) : text(cold, warm));
      return cold.totals.errors || warm.totals.errors ? 1 : 0;
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  },
};

/** The notebook that comes with Memoir: more than a million rows, made up by itself. */
function demo(): string {
  return fileURLToPath(new URL('../examples/rides.memoir.ts', import.meta.url)); // dist lies beside examples
}

/** A run in a process of its own, with nothing but what lies in `cache` to remember. */
async function runApart(notebook: string, cache: string): Promise<Timed> {
  const command = [fileURLToPath(new URL('./cli.js', import.meta.url)), 'run', notebook, '--json'];
  const started = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
    env: { ...process.env, MEMOIR_CACHE_DIR: cache },
    maxBuffer: 256e6,
  }).catch((failed: { stdout: string; stderr: string }) => failed); // a failing cell is part of the answer
  const wallMs = performance.now() - started;
  if (!stdout) throw new UserError(stderr.trim() || `${notebook} could not be run.`);
  const { cells, totals } = JSON.parse(stdout) as Run; // our own command's
  return {
    wallMs,
    totals,
    cells: cells.map(({ index, title, status, ms, kind }) => ({ index, title, status, ms, kind })),
  };
}

function text(cold: Timed, warm: Timed): string {
  const rows = cold.cells
    .filter(({ kind }) => kind !== 'markdown')
    .map(({ index, title, ms }) => {
      const again = warm.cells.find((cell) => cell.index === index);
      const second = again?.status === 'computed' ? formatDuration(again.ms) : `from ${again?.status ?? 'nowhere'}`;
      return [title || `Cell ${index + 1}`, formatDuration(ms), second];
    });
  const lines = textTable(
    ['', 'cold', 'warm'],
    [...rows, ['Altogether', formatDuration(cold.wallMs), formatDuration(warm.wallMs)]],
  );
  const times = cold.wallMs / warm.wallMs;
  return [
    ...lines,
    '',
    `The second run took ${formatDuration(warm.wallMs)} from start to end, ${times.toPrecision(2)} times less than the first.`,
  ].join('\n');
}
