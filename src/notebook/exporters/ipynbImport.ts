import { OPTION_NAMES, type WrittenOptions } from '../cell.ts';
import { type DocumentCell, newCell, type Raw } from '../cellText.ts';
import { EMPTY_DOCUMENT, type NotebookDocument } from '../document.ts';
import { parseSql } from '../sqlText.ts';
import { fence } from './exported.ts';
import { type JupyterCell, type JupyterNotebook, type JupyterOutput, joined, readJupyter, record } from './jupyter.ts';

/**
 * The notebook that a Jupyter file is. Cells in TypeScript and JavaScript are cells; those in other languages become
 * text, with what they show. Results are never taken from the file: whoever made it is not known.
 * @throws UserError when it is no Jupyter notebook, or one older than version 4
 */
export function importIpynb(text: string): NotebookDocument {
  const notebook = readJupyter(text);
  const own = record(notebook.metadata?.memoir);
  const file = {
    bom: own.bom === true,
    eol: own.eol === '\r\n' || own.eol === '\r' ? own.eol : EMPTY_DOCUMENT.eol,
    head: typeof own.head === 'string' && own.head.trim() === '' ? own.head : '',
  };
  const cells = notebook.cells.map((cell) => {
    const known = ownCell(cell);
    if (known) return known;
    if (cell.cell_type === 'code' && isRunnable(notebook))
      return newCell({ kind: 'code', source: joined(cell.source) });
    return newCell({ kind: 'markdown', source: textCell(cell, notebook) });
  });
  return { ...file, cells };
}

/** A cell that Memoir wrote, as it was, with the text that it has now; null for any other. */
function ownCell({ metadata, source, cell_type }: JupyterCell): DocumentCell | null {
  const own = record(metadata?.memoir);
  if (!['code', 'markdown', 'sql'].includes(String(own.kind))) return null;
  const text = joined(source);
  const common = {
    title: typeof own.title === 'string' ? own.title : '',
    options: knownOptions(own.options),
    raw: isRaw(own.raw) ? own.raw : null,
  };
  if (cell_type !== 'code') return { ...common, kind: 'markdown', source: text, declares: null };
  const sql = own.kind === 'sql' ? parseSql(text) : null;
  return sql
    ? { ...common, kind: 'sql', source: sql.sql, declares: sql.declares }
    : { ...common, kind: 'code', source: text, declares: null };
}

function knownOptions(value: unknown): WrittenOptions {
  const names: readonly string[] = OPTION_NAMES;
  return Object.fromEntries(Object.entries(record(value)).filter(([name]) => names.includes(name)));
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'string' || typeof record(value).base64 === 'string';
}

function isRunnable(notebook: JupyterNotebook): boolean {
  return ['typescript', 'javascript'].includes(languageOf(notebook));
}

function languageOf({ metadata }: JupyterNotebook): string {
  const named = record(metadata?.language_info).name ?? record(metadata?.kernelspec).language;
  return typeof named === 'string' ? named.toLowerCase().replace(/[^\w+#-]/g, '') : '';
}

/** A cell that does not run here, as text: its code in a block, and below it what it shows. */
function textCell({ cell_type, source, outputs = [] }: JupyterCell, notebook: JupyterNotebook): string {
  const text = joined(source);
  if (cell_type === 'markdown') return text;
  const code = fence(text, cell_type === 'code' ? languageOf(notebook) : '');
  return [code, ...outputs.map(outputText)].filter(Boolean).join('\n\n');
}

function outputText({ output_type, data = {}, text, evalue }: JupyterOutput): string {
  if (output_type === 'error') return fence(String(evalue ?? ''), 'text');
  if (output_type === 'stream') return fence(joined(text), 'text');
  const picture = ['image/png', 'image/jpeg', 'image/gif'].find((mime) => typeof data[mime] === 'string');
  if (picture) return `![Output](data:${picture};base64,${String(data[picture]).replace(/\s/g, '')})`;
  const markdown = data['text/markdown'];
  if (markdown !== undefined) return joined(markdown as string);
  return fence(joined(data['text/plain'] as string | undefined), 'text');
}
