import { resolve } from 'node:path';
import { checkProgram } from '../notebook/check.ts';
import { Program } from '../notebook/program.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { readNotebook } from './notebook.ts';

/** `memoir check`: what is wrong with a notebook, without running it. */
export const check: Command = {
  summary: 'look for mistakes without running: syntax, names, cycles, options, missing modules',
  usage: 'memoir check <notebook> [--json]',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean', default: false } }, 1);
    const path = resolve(positionals[0]!);
    const cells = await readNotebook(path);
    const problems = checkProgram(Program.of(cells), path).map(({ id, ...problem }) => {
      const { index, title } = cells.find((cell) => cell.id === id)!;
      return { index, title, ...problem };
    });
    if (values.json)
      console.log(JSON.stringify({ problems, totals: { cells: cells.length, problems: problems.length } }, null, 2));
    else {
      for (const { index, title, line, column, severity, message } of problems)
        console.log(`${title || `cell ${index + 1}`}:${line}:${column} ${severity}: ${message}`);
      console.log(
        problems.length
          ? `${problems.length} found in ${cells.length} cells.`
          : `Nothing wrong in ${cells.length} cells.`,
      );
    }
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};
