import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { appCellState, appPage } from '../notebook/appView.ts';
import type { NotebookDocument } from '../notebook/document.ts';
import type { DrawChart, ExportedNotebook } from '../notebook/exporters/exported.ts';
import { exportHtml, mimesOf } from '../notebook/exporters/html.ts';
import { exportIpynb } from '../notebook/exporters/ipynbExport.ts';
import { exportMarkdown } from '../notebook/exporters/markdown.ts';
import { precompute } from '../notebook/exporters/precompute.ts';
import { exportScript } from '../notebook/exporters/script.ts';
import type { Session } from '../notebook/session.ts';
import type { CellId } from '../protocol/kernel.ts';
import { type CodeData, MIME, type OutputItem } from '../protocol/output.ts';
import { pageWithPictures } from './pagePictures.ts';
import { pageScripts } from './pageScripts.ts';

/** The formats that a notebook can be written in, with the ending of their files. */
export const EXPORT_FORMATS = { html: '.html', markdown: '.md', script: '.ts', ipynb: '.ipynb' } as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** An open notebook, as far as exporting it goes. */
export interface ExportSource {
  /** Path of its file. */
  readonly file: string;
  readonly document: NotebookDocument;
  /** Names of the document's cells in the session, in order. */
  readonly ids: readonly CellId[];
  readonly session: Session;
  /** Folder of the built bundles. */
  readonly dist: string;
}

export interface ExportOptions {
  /** Show the code of cells that do not hide it. */
  readonly code: boolean;
  /** HTML: widgets that go on moving, as `name` or `name=a,b`. */
  readonly precompute?: readonly string[];
}

/** A notebook in another format: the text of its file, and files beside it by relative path. */
export interface Exported {
  readonly text: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const NO_FILES: ReadonlyMap<string, Uint8Array> = new Map();

/**
 * Writes a notebook, with what its cells show now, in another format.
 * @throws UserError when a widget to be precomputed is not there, or stands at too many places
 */
export async function exportNotebook(
  source: ExportSource,
  to: ExportFormat,
  options: ExportOptions,
): Promise<Exported> {
  const { session, document, ids, dist } = source;
  switch (to) {
    case 'html':
      return { text: await html(source, options), files: NO_FILES };
    case 'markdown':
      return exportMarkdown(exported(source), { code: options.code, drawChart: chartDrawer(dist) });
    case 'ipynb':
      return { text: await exportIpynb(exported(source), chartDrawer(dist)), files: NO_FILES };
    case 'script': {
      const cells = document.cells.map((cell, at) => ({ id: ids[at]!, cell }));
      return { text: exportScript({ cells, program: session.program }), files: NO_FILES };
    }
  }
}

async function html(source: ExportSource, options: ExportOptions): Promise<string> {
  const { session, file, document, dist } = source;
  const wanted = options.precompute ?? [];
  const named = document.cells.map((cell, at) => ({ id: source.ids[at]!, cell }));
  const page = await pageWithPictures(appPage(named, { name: basename(file), code: options.code }), dirname(file));
  const ids = session.program.order.filter((id) => page.cells.some((cell) => cell.id === id)); // what is hidden stays here
  const precomputed = wanted.length ? await precompute(session, wanted, ids) : null;
  const states = Object.fromEntries(ids.map((id) => [id, appCellState(session, id)]));
  const shown = [...Object.values(states).map(({ outputs }) => outputs ?? []), ...(precomputed?.outputs ?? [])];
  const items = shown.flatMap((outputs) => [...mimesOf(outputs)]);
  const scripts = await pageScripts(join(dist, 'webview'), 'appPage.js', (name) => isNeeded(name, items));
  return exportHtml({ page, cells: states, precomputed }, scripts);
}

/** Whether a page that shows these outputs loads the script; what is small goes along anyway. */
function isNeeded(script: string, items: readonly OutputItem[]): boolean {
  if (script === 'chartView') return items.some(({ mime }) => mime === MIME.vegaLite);
  if (script === 'diagramView') {
    return items.some(({ mime, data }) => mime === MIME.code && (data as CodeData).language === 'mermaid'); // made by the kernel
  }
  return true;
}

function exported({ file, document, ids, session }: ExportSource): ExportedNotebook {
  return {
    name: notebookName(file),
    document,
    cells: document.cells.map((cell, at) => ({
      cell,
      state: cell.kind === 'markdown' ? null : session.state(ids[at]!),
    })),
  };
}

/** What a notebook's file is called, without what tells that it is one. */
export function notebookName(file: string): string {
  return basename(file).replace(/\.memoir\.[cm]?[jt]s$/, '');
}

/** Charts are drawn by the same modules as on a page; they are loaded when the first chart is. */
function chartDrawer(dist: string): DrawChart {
  return async (spec) => {
    const drawing = (await import(pathToFileURL(join(dist, 'chartSvg.js')).href)) as {
      chartSvg(spec: unknown): Promise<string>;
    }; // webview/chartSvg.ts
    return drawing.chartSvg(spec);
  };
}
