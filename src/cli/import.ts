import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, UserError } from '../base/errors.ts';
import { formatCount } from '../base/format.ts';
import { writeDocument } from '../notebook/document.ts';
import { importIpynb } from '../notebook/exporters/ipynbImport.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';

/** `memoir import`: makes a notebook of a Jupyter file. */
export const importing: Command = {
  summary: 'make a notebook of a Jupyter file',
  usage: 'memoir import <file.ipynb> [--out notebook.memoir.ts] [--force] [--json]',
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        out: { type: 'string' },
        force: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const file = positionals[0]!;
    const out = values.out ?? join(dirname(file), `${basename(file).replace(/\.ipynb$/i, '')}.memoir.ts`);
    const text = await readFile(file, 'utf8').catch((error) => {
      throw new UserError(
        codeOf(error) === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${messageOf(error)}`,
      );
    });
    const document = importIpynb(text);
    await writeFile(out, writeDocument(document), { flag: values.force ? 'w' : 'wx' }).catch((error) => {
      if (codeOf(error) === 'EEXIST')
        throw new UserError(`${out} exists already. Choose another with --out, or say --force.`);
      throw new UserError(`${out} cannot be written: ${messageOf(error)}`);
    });
    const cells = document.cells.length;
    const code = document.cells.filter(({ kind }) => kind !== 'markdown').length;
    console.log(
      values.json
        ? JSON.stringify({ file: out, cells, code }, null, 2)
        : `${basename(out)}, ${formatCount(cells, 'cell')}`,
    );
    return 0;
  },
};
