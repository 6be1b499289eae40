import {
  type CodeData,
  MIME,
  type Output,
  type OutputItem,
  type TableData,
  type WidgetData,
  type WidgetOptions,
} from '../../protocol/output.ts';
import {
  type DrawChart,
  dataOf,
  type ExportedCell,
  type ExportedNotebook,
  fence,
  flatOutputs,
  textOf,
} from './exported.ts';

/** A Markdown text, and the pictures that it points to, by their path beside it. */
export interface MarkdownExport {
  readonly text: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface MarkdownOptions {
  readonly drawChart: DrawChart;
  /** Leave out all code, not only that of cells which hide it. */
  readonly code: boolean;
}

const MAX_ROWS = 50;
const PICTURES: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
};

/** The notebook as Markdown that any viewer shows: text, code, tables and pictures of charts. */
export async function exportMarkdown(notebook: ExportedNotebook, options: MarkdownOptions): Promise<MarkdownExport> {
  const files = new Map<string, Uint8Array>();
  const blocks: string[] = [];
  for (const cell of notebook.cells)
    blocks.push(...(await cellBlocks(cell, { ...options, files, folder: `${notebook.name}_files` })));
  return { text: `${blocks.filter(Boolean).join('\n\n')}\n`, files };
}

interface Writing extends MarkdownOptions {
  readonly files: Map<string, Uint8Array>;
  readonly folder: string;
}

async function cellBlocks({ cell, state }: ExportedCell, writing: Writing): Promise<string[]> {
  if (cell.kind === 'markdown') return [cell.source.trim()];
  const isShown = writing.code && cell.options.hideCode !== true && cell.source.trim() !== '';
  const code = isShown ? [fence(cell.source, cell.kind === 'sql' ? 'sql' : 'ts')] : [];
  if (!state) return code;
  const printed = state.shown.console.map(({ text }) => text).join('');
  const outputs = await Promise.all(flatOutputs(state.shown.outputs).map((output) => outputBlock(output, writing)));
  const error =
    state.status === 'error' ? [`> **${state.error.name}:** ${state.error.message.replaceAll('\n', '\n> ')}`] : [];
  return [...code, ...(printed.trim() ? [fence(printed, 'text')] : []), ...outputs, ...error];
}

async function outputBlock(output: Output, writing: Writing): Promise<string> {
  const item = output.items[0];
  if (!item) return '';
  if (PICTURES[item.mime]) return picture(item, textOf(output), writing);
  switch (item.mime) {
    case MIME.markdown:
      return String(item.data).trim();
    case MIME.vegaLite: {
      const svg = await writing.drawChart(item.data).catch(() => null); // then its words have to do
      return svg === null
        ? fence(textOf(output), 'text')
        : picture({ mime: 'image/svg+xml', data: svg }, textOf(output), writing);
    }
    case MIME.table:
      return table(item.data as TableData); // made by the kernel
    case MIME.widget:
      return widget(item.data as WidgetData);
    case MIME.code: {
      const { code, language } = dataOf(output, MIME.code) as CodeData;
      return fence(code, language);
    }
    default:
      return fence(textOf(output), 'text');
  }
}

/** Where a widget stands, as its reader sees it; a button stands nowhere. */
function widget({ kind, label, value, options }: WidgetData): string {
  return kind === 'button' ? '' : `**${inline(label)}:** ${inline(valueText(value, options.options)) || '–'}`;
}

function valueText(value: unknown, choices: WidgetOptions['options']): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean' && !choices) return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((one) => valueText(one, choices)).join(', ');
  if (typeof value !== 'object') return choices?.find((choice) => choice.value === value)?.label ?? String(value);
  const parts: Readonly<Record<string, unknown>> = { ...value };
  if (Object.keys(parts).sort().join() === 'max,min') return `${parts.min} to ${parts.max}`;
  if ('base64' in parts) return String(parts.name);
  return Object.entries(parts)
    .map(([name, part]) => `${name} ${valueText(part, undefined) || '–'}`)
    .join(', ');
}

/** Puts a picture beside the text, and points to it. */
function picture({ mime, data, base64 }: OutputItem, words: string, { files, folder }: Writing): string {
  const path = `${folder}/${files.size + 1}.${PICTURES[mime]}`;
  files.set(path, data instanceof Uint8Array ? data : Buffer.from(String(data), base64 ? 'base64' : 'utf8'));
  return `![${inline(words).replace(/[[\]]/g, '\\$&').slice(0, 200)}](${encodeURI(path)})`;
}

function table({ columns, rows, rowCount }: TableData): string {
  if (!columns.length) return '';
  const line = (cells: readonly unknown[]) =>
    `| ${cells.map((cell) => inline(String(cell ?? '')).replaceAll('|', '\\|')).join(' | ')} |`;
  const isNumber = columns.map((_, at) => rows.every((row) => row[at] === null || typeof row[at] === 'number'));
  const shown = rows.slice(0, MAX_ROWS).map(line);
  const more = (rowCount ?? rows.length) - shown.length;
  return [
    line(columns.map(({ name }) => name)),
    `|${isNumber.map((number) => (number ? ' ---: |' : ' --- |')).join('')}`,
    ...shown,
    ...(more > 0 ? ['', `… and ${more.toLocaleString('en-US')} more rows`] : []),
  ].join('\n');
}

function inline(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
