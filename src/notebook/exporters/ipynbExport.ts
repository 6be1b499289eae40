import { MIME, type Output, type OutputItem } from '../../protocol/output.ts';
import type { CellState } from '../cellRun.ts';
import { cellTypeScript } from '../cellText.ts';
import { type DrawChart, dataOf, type ExportedNotebook, flatOutputs } from './exported.ts';

/**
 * The notebook for Jupyter, outputs included. What Jupyter has no place for travels in the metadata, so that the way
 * back gives the same bytes.
 */
export async function exportIpynb({ document, cells }: ExportedNotebook, drawChart: DrawChart): Promise<string> {
  const { cells: _, ...file } = document;
  const written = cells.map(async ({ cell, state }, index) => {
    const { source, ...rest } = cell;
    const common = { id: `cell-${index + 1}`, metadata: { memoir: rest } };
    if (cell.kind === 'markdown') return { cell_type: 'markdown', ...common, source };
    const code = cell.kind === 'sql' ? cellTypeScript(cell) : source;
    const outputs = state ? await jupyterOutputs(state, drawChart) : [];
    return { cell_type: 'code', ...common, execution_count: null, source: code, outputs };
  });
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/x-typescript' },
      memoir: file,
    },
    cells: await Promise.all(written),
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

async function jupyterOutputs({ shown, ...state }: CellState, drawChart: DrawChart): Promise<unknown[]> {
  const printed = shown.console.map(({ stream, text }) => ({ output_type: 'stream', name: stream, text }));
  const shownOutputs = await Promise.all(flatOutputs(shown.outputs).map((output) => jupyterOutput(output, drawChart)));
  const error =
    state.status === 'error'
      ? [
          {
            output_type: 'error',
            ename: state.error.name,
            evalue: state.error.message,
            traceback: (state.error.stack ?? state.error.message).split('\n'),
          },
        ]
      : [];
  return [...printed, ...shownOutputs, ...error];
}

async function jupyterOutput(output: Output, drawChart: DrawChart): Promise<unknown> {
  const data = Object.fromEntries(output.items.map((item) => [item.mime, jsonData(item)]));
  const chart = dataOf(output, MIME.vegaLite);
  const svg = chart === undefined ? null : await drawChart(chart).catch(() => null); // then its words have to do
  return {
    output_type: 'display_data',
    metadata: {},
    data: { ...data, ...(svg !== null && { 'image/svg+xml': svg }) },
  };
}

function jsonData({ data }: OutputItem): unknown {
  return data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
}
