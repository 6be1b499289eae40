import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNotebook } from '../language/check.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { readNotebookFile } from './notebook.ts';

/** `memoir check`: what is wrong with a notebook, without running it. */
export const check: Command = {
  summary: 'look for mistakes without running: types, syntax, names, cycles, options, missing modules',
  usage: 'memoir check <notebook> [--json]',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean', default: false } }, 1);
    const path = resolve(positionals[0]!);
    const document = await readNotebookFile(path);
    const types = join(dirname(fileURLToPath(import.meta.url)), 'types');
    const problems = await checkNotebook(document, path, types);
    const cells = document.cells.filter(({ kind }) => kind !== 'markdown').length;
    if (values.json) console.log(JSON.stringify({ problems, totals: { cells, problems: problems.length } }, null, 2));
    else {
      for (const { file, severity, code, message } of problems)
        console.log(
          `${relative('', path)}:${file.line}:${file.column} ${severity}${code ? ` TS${code}` : ''}: ${message}`,
        );
      console.log(problems.length ? `${problems.length} found in ${cells} cells.` : `Nothing wrong in ${cells} cells.`);
    }
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};
