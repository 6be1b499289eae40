import { type LayoutData, MIME, type Output, type OutputItem } from '../protocol/output.ts';
import { Collector, collecting } from './collect.ts';
import { display, toOutput } from './display.ts';
import { Displayable } from './displayable.ts';
import { Markdown } from './displayMarkup.ts';
import { currentRun } from './run.ts';
import { show } from './show.ts';
import type { WidgetSettings } from './widget.ts';
import { type Choice, type Choosable, oneOf } from './widgetsChoice.ts';

/** What stands in a part of a layout: any value, or a function, whose widgets and outputs stand there. */
export type Content = unknown;

/** Titles and what stands below each. */
export type Panels = Readonly<Record<string, Content>>;

/**
 * Things side by side, below each other where the page is narrow. A function instead of a list arranges the widgets
 * that it declares, one per column, and gives what it returns.
 * @param contents any values: charts, tables, texts, other layouts
 * @param options `widths`: shares of the width, such as `[2, 1]`
 * @example
 * columns([chart(sales, { x: 'year', y: 'sum(price)' }), tableView(sales)], { widths: [2, 1] })
 * @example
 * const { year, region } = columns(() => ({ year: slider('Year'), region: select('Region', regions) }));
 */
export function columns<T>(widgets: () => T, options?: { readonly widths?: readonly number[] }): T;
export function columns(contents: readonly Content[], options?: { readonly widths?: readonly number[] }): Displayable;
export function columns(
  contents: readonly Content[] | (() => unknown),
  options: { readonly widths?: readonly number[] } = {},
): unknown {
  const more = options.widths ? { widths: options.widths } : {};
  if (typeof contents === 'function')
    return gather('columns', contents, (outputs) => outputs.map((output) => ({ outputs: [output] })), more);
  return layout(
    'columns',
    contents.map((content) => ({ content })),
    more,
  );
}

/**
 * Panels behind tabs, of which the reader sees one. With a label and choices it is a widget instead, a row of tabs that
 * gives the chosen value.
 * @example
 * tabs({ Chart: chart(sales, { x: 'year', y: 'sum(price)' }), Table: tableView(sales) })
 * @example
 * const view = tabs('View', ['Month', 'Year']); // 'Month' or 'Year'
 */
export function tabs(panels: Panels): Displayable;
export function tabs<const T extends Choosable>(
  label: string,
  choices: readonly Choice<T>[],
  settings?: WidgetSettings<T>,
): T;
export function tabs(first: string | Panels, choices?: readonly Choice<Choosable>[], settings = {}): unknown {
  if (typeof first === 'string') return oneOf('tabs', first, choices ?? [], settings);
  return layout('tabs', partsOf(first));
}

/**
 * Panels below each other that unfold.
 * @example
 * accordion({ 'How it is counted': md`Each strike once.`, 'Raw data': () => tableView(rows) })
 */
export function accordion(panels: Panels): Displayable {
  return layout('accordion', partsOf(panels));
}

/**
 * What stands beside the notebook in an app; in the editor it is set apart. A function instead of a value gathers the
 * widgets that it declares, and gives what it returns.
 * @example
 * const { year, region } = sidebar(() => ({ year: slider('Year'), region: select('Region', regions) }));
 */
export function sidebar<T>(widgets: () => T): T;
export function sidebar(content: Content): Displayable;
export function sidebar(content: Content): unknown {
  if (typeof content !== 'function') return layout('sidebar', [{ content }]);
  return gather('sidebar', content as () => unknown, (outputs) => [{ outputs }]);
}

/**
 * A remark that stands out.
 * @param content a text (read as Markdown), or any other value
 * @param options its `tone` (`'note'`, `'tip'`, `'warning'`, `'danger'`), and a `title` in place of the tone's name
 * @example
 * callout('Reports were voluntary: strikes without damage are **under-reported**.', { tone: 'warning' })
 */
export function callout(
  content: Content,
  options: { readonly tone?: NonNullable<LayoutData['tone']>; readonly title?: string } = {},
): Displayable {
  const { tone = 'note', title = `${tone[0]!.toUpperCase()}${tone.slice(1)}` } = options;
  return layout('callout', [{ content: typeof content === 'string' ? new Markdown(content) : content }], {
    tone,
    title,
  });
}

interface Part {
  readonly title?: string;
  readonly content: Content;
}

type Child = LayoutData['children'][number];
type More = Pick<LayoutData, 'widths' | 'title' | 'tone'>;

function partsOf(panels: Panels): Part[] {
  return Object.entries(panels).map(([title, content]) => ({ title, content }));
}

function layout(kind: LayoutData['kind'], parts: readonly Part[], more: More = {}): Displayable {
  return new Displayable(`${kind} of ${parts.length}`, async () => {
    const name = layoutName(kind);
    const children: Child[] = [];
    for (const { title, content } of parts) {
      children.push({ ...(title !== undefined && { title }), outputs: await outputsOf(content) });
    }
    return layoutOutput({ kind, name, children, ...more });
  });
}

/** Shows what `declare` shows as a layout, and gives what it returns. */
function gather<T>(
  kind: LayoutData['kind'],
  declare: () => T,
  childrenOf: (outputs: readonly Output[]) => Child[],
  more: More = {},
): T {
  const name = layoutName(kind);
  const collector = new Collector();
  const result = collecting(collector, declare);
  const drawn = () => layoutOutput({ kind, name, children: childrenOf(collector.outputs.map(embedded)), ...more });
  if (result instanceof Promise || collector.isWaiting) {
    void display(
      new Displayable(kind, () =>
        Promise.resolve(result)
          .then(() => collector.finish())
          .then(drawn),
      ),
    );
  } else if (collector.outputs.length) show(drawn());
  return result;
}

/** What a value shows; of a function, what is shown while it runs, and then what it returns. */
async function outputsOf(content: Content): Promise<readonly Output[]> {
  const collector = new Collector();
  const value = await collecting(collector, () => (typeof content === 'function' ? content() : content));
  const output = await toOutput(value);
  const shown = await collector.finish();
  return [...shown, ...(output ? [output] : [])].map(embedded);
}

function layoutOutput(data: LayoutData): Output {
  const text = data.children.map(({ title, outputs }) => [title, ...outputs.map(textOf)].filter(Boolean).join('\n'));
  return {
    items: [
      { mime: MIME.layout, data },
      { mime: MIME.text, data: [data.title, ...text].filter(Boolean).join('\n\n') },
    ],
  };
}

function textOf({ items }: Output): string {
  return String(items.find(({ mime }) => mime === MIME.text)?.data ?? '');
}

/** An output as it travels within another one's JSON. */
function embedded(output: Output): Output {
  return { ...output, items: output.items.map(embeddedItem) };
}

function embeddedItem(item: OutputItem): OutputItem {
  if (!(item.data instanceof Uint8Array)) return item;
  return { mime: item.mime, data: Buffer.from(item.data).toString('base64'), base64: true };
}

function layoutName(kind: LayoutData['kind']): string {
  const run = currentRun();
  return run ? `${run.request.label} ${kind} ${++run.layoutCount}` : kind;
}
