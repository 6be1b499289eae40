import type { AppCellState, AppPage } from '../../protocol/app.ts';
import { type LayoutData, MIME, type Output, type OutputItem, type WidgetData } from '../../protocol/output.ts';
import type { PrecomputedStates } from './precompute.ts';

/** What a page shows that nobody runs any more. */
export interface SavedPage {
  readonly page: AppPage;
  readonly cells: Readonly<Record<string, AppCellState>>;
  /** Widgets that still move, and what cells show then; null when none does. */
  readonly precomputed: PrecomputedStates | null;
}

/** The page's scripts as modules by name, the first of which begins. */
export interface PageScripts {
  readonly entry: string;
  readonly modules: ReadonlyMap<string, string>;
}

/** Everything is in the page: it loads nothing, but for pictures that its author points to, and talks to nobody. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  "style-src 'unsafe-inline'",
  'img-src data: blob: https:',
  'media-src data: blob:',
  'font-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** One HTML file with everything in it that a notebook shows. */
export function exportHtml(saved: SavedPage, scripts: PageScripts): string {
  const movable = saved.precomputed?.names ?? [];
  const shown = Object.values(saved.cells).flatMap(({ outputs = [] }) => [...mimesOf(outputs)]);
  const isStill = shown.some(({ mime, data }) => mime === MIME.widget && standsStill(data as WidgetData, movable)); // made by the kernel
  const page = isStill ? { ...saved.page, remark: REMARK } : saved.page;
  const cells = Object.fromEntries(
    Object.entries(saved.cells).map(([id, state]) => [
      id,
      { ...state, ...(state.outputs && { outputs: frozen(state.outputs, movable) }) },
    ]),
  );
  const precomputed = saved.precomputed && {
    ...saved.precomputed,
    outputs: saved.precomputed.outputs.map((outputs) => frozen(outputs, movable)),
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(saved.page.title)}</title>
<link rel="icon" href="data:,">
<script type="application/json" id="memoir-saved">${scriptText({ page, cells, precomputed })}</script>
<script type="application/json" id="memoir-scripts">${scriptText([...scripts.modules])}</script>
<script>${start(scripts.entry)}</script>
</head>
<body>
<noscript>This page is drawn by scripts that are in it. Allow them, and load it again.</noscript>
</body>
</html>
`;
}

/** A text as it stands in HTML, also inside of quotes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => entities[sign]!);
}

/** The formats of all outputs, also inside of forms and layouts. */
export function* mimesOf(outputs: readonly Output[]): Generator<OutputItem> {
  for (const item of outputs.flatMap(({ items }) => items)) {
    yield item;
    yield* mimesOf(childrenOf(item));
  }
}

function childrenOf({ mime, data }: OutputItem): readonly Output[] {
  if (mime === MIME.layout) return (data as LayoutData).children.flatMap((child) => child.outputs); // made by the kernel
  return mime === MIME.widget ? ((data as WidgetData).options.children ?? []) : [];
}

/** Outputs in which widgets stand still, but for those in `movable`. */
function frozen(outputs: readonly Output[], movable: readonly string[]): Output[] {
  return outputs.map((output) => ({ ...output, items: output.items.map((item) => frozenItem(item, movable)) }));
}

const REMARK = 'This is a copy: widgets that are dimmed stand still.';

function frozenItem(item: OutputItem, movable: readonly string[]): OutputItem {
  if (item.mime === MIME.layout) {
    const data = item.data as LayoutData;
    const children = data.children.map((child) => ({ ...child, outputs: frozen(child.outputs, movable) }));
    return { ...item, data: { ...data, children } satisfies LayoutData };
  }
  if (item.mime !== MIME.widget) return item;
  const data = item.data as WidgetData;
  const { children } = data.options;
  const options = {
    ...data.options,
    ...(children && { children: frozen(children, movable) }),
    ...(standsStill(data, movable) && { disabled: true }),
  };
  return { ...item, data: { ...data, options } satisfies WidgetData };
}

function standsStill({ name, kind }: WidgetData, movable: readonly string[]): boolean {
  return !movable.includes(name) && kind !== 'tabs';
}

/** JSON as it may stand in a script element. */
function scriptText(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** Gives each script a short address of its own: with texts of megabytes for addresses, browsers hang. */
function start(entry: string): string {
  return `{
  const addressOf = ([name, code]) => [name, URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))];
  const scripts = JSON.parse(document.getElementById('memoir-scripts').textContent);
  const add = (type, textContent) => document.head.append(Object.assign(document.createElement('script'), { type, textContent }));
  add('importmap', JSON.stringify({ imports: Object.fromEntries(scripts.map(addressOf)) }));
  add('module', 'import ${JSON.stringify(entry)};');
}`;
}
