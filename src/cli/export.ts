import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes, formatCount } from '../base/format.ts';
import {
  EXPORT_FORMATS,
  type Exported,
  type ExportFormat,
  type ExportOptions,
  exportNotebook,
  notebookName,
} from '../server/export.ts';
import { readArguments, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { cellId, type OpenedNotebook, openNotebook } from './notebook.ts';
import { RUN_OPTIONS, RUN_USAGE, readRunOptions } from './runOptions.ts';

const FORMATS = Object.keys(EXPORT_FORMATS).join('|');

/** `memoir export`: runs what is stale of a notebook, and writes it in another format. */
export const exporting: Command = {
  summary: 'write a notebook as HTML, Markdown, a script or for Jupyter',
  usage: `memoir export <notebook> --to ${FORMATS} [--out file] [--precompute name[=a,b]]… [--code|--no-code] ${RUN_USAGE} [--json]`,
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        ...RUN_OPTIONS,
        to: { type: 'string' },
        out: { type: 'string' },
        precompute: { type: 'string', multiple: true, default: [] },
        code: { type: 'boolean', default: false },
        'no-code': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const to = readFormat(values.to);
    if (values.precompute.length && to !== 'html') throw new UsageError('--precompute goes with --to html.');
    const file = positionals[0]!;
    const out = values.out ?? `${notebookName(file)}${EXPORT_FORMATS[to]}`;
    const notebook = await openNotebook(file, readRunOptions(values));
    try {
      if (to !== 'script') await notebook.session.runStale(); // a script is what it says, not what it shows
      const code = values.code || (to === 'markdown' && !values['no-code']);
      const exported = await exportOpened(file, notebook, to, { code, precompute: values.precompute });
      await writeExported(out, exported);
      const failed = notebook.cells.filter(({ id }) => notebook.session.state(id).status === 'error');
      const report = {
        file: out,
        bytes: Buffer.byteLength(exported.text),
        files: [...exported.files.keys()],
        errors: failed.length,
      };
      console.log(values.json ? JSON.stringify(report, null, 2) : told(report));
      for (const { label } of failed) console.error(`“${label}” failed, and is exported as it is.`);
      return failed.length ? 1 : 0;
    } finally {
      await notebook.close();
    }
  },
};

/** Writes a notebook that was opened from the command line. */
export function exportOpened(
  file: string,
  { document, session }: OpenedNotebook,
  to: ExportFormat,
  options: ExportOptions,
): Promise<Exported> {
  const dist = dirname(fileURLToPath(import.meta.url));
  const ids = document.cells.map((_, index) => cellId(index));
  return exportNotebook({ file: resolve(file), document, ids, session, dist }, to, options);
}

/** Writes what was exported to `out`, and what belongs to it beside it. */
export async function writeExported(out: string, { text, files }: Exported): Promise<void> {
  for (const [name, bytes] of files) {
    const path = join(dirname(out), name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await mkdir(dirname(resolve(out)), { recursive: true });
  await writeFile(out, text);
}

function readFormat(text: string | undefined): ExportFormat {
  if (text !== undefined && Object.hasOwn(EXPORT_FORMATS, text)) return text as ExportFormat;
  throw new UsageError(`--to wants one of ${FORMATS}${text === undefined ? '' : `; got "${text}"`}.`);
}

function told({
  file,
  bytes,
  files,
}: {
  readonly file: string;
  readonly bytes: number;
  readonly files: readonly string[];
}): string {
  const beside = files.length ? `, ${formatCount(files.length, 'picture')} in ${dirname(files[0]!)}` : '';
  return `${basename(file)}, ${formatBytes(bytes)}${beside}`;
}
