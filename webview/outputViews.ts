import type {
  CodeData,
  DownloadData,
  HtmlData,
  LayoutData,
  Output,
  ProgressData,
  StatData,
  TableData,
  ValueNode,
  WidgetData,
} from '../src/protocol/output.ts';
import { longMarkdown, MIME } from '../src/protocol/output.ts';
import { Chart } from './chart.ts';
import type { ChartSpec } from './chartSpec.ts';
import { HtmlFrame } from './htmlFrame.ts';
import { Layout } from './layout.ts';
import { Live } from './live.ts';
import type { OutputScope, OutputView, ViewItem } from './outputView.ts';
import { PlainText } from './plainText.ts';
import { Stat } from './stat.ts';
import { Table } from './table.ts';
import { ValueTree } from './valueTree.ts';

/** Bytes of an SVG from which on it has a frame of its own. */
const LARGE = 500_000;

/** The view for an output in one format; what is large or rare is loaded when it is first needed. */
export async function makeView(item: ViewItem, page: OutputScope): Promise<OutputView> {
  switch (item.mime) {
    case MIME.vegaLite:
      return new Chart(() => item.json() as ChartSpec);
    case MIME.table:
      return new Table(item.json() as TableData, page);
    case MIME.value:
      return new ValueTree(item.json() as ValueNode);
    case MIME.sandboxedHtml:
      return new HtmlFrame(() => (item.json() as HtmlData).html);
    case MIME.html:
      return new HtmlFrame(() => item.text());
    case MIME.text:
      return new PlainText(item.text());
    case MIME.widget:
      return makeWidget(item.json() as WidgetData, page);
    case MIME.live:
      return new Live(item.json() as Output, page);
    case MIME.layout:
      return new Layout(item.json() as LayoutData, page);
    case MIME.stat:
      return new Stat(item.json() as StatData);
    case MIME.code:
      return makeCode(item.json() as CodeData);
    case MIME.markdown:
      return makeMarkdown(item.text());
    case MIME.progress:
      return new (await import('./progress.ts')).Progress(item.json() as ProgressData, page);
    case MIME.download:
      return new (await import('./download.ts')).Download(item.json() as DownloadData);
    default:
      if (item.mime === 'image/svg+xml' && item.bytes().length > LARGE)
        return new HtmlFrame(() => pictureHtml(item), item.alt || 'Picture');
      if (/^(image|audio|video)\//.test(item.mime)) return new (await import('./media.ts')).Media(item);
      throw new Error(`Memoir does not draw ${item.mime}.`);
  }
}

/** A picture of many parts in a frame, where laying it out and painting it hold up nothing else. */
function pictureHtml(item: ViewItem): string {
  return `<style>svg{display:block;max-width:100%;height:auto}</style>${new TextDecoder().decode(item.bytes())}`;
}

async function makeMarkdown(text: string): Promise<OutputView> {
  const code = longMarkdown(text);
  return code ? makeCode(code) : new (await import('./markdown.ts')).Markdown(text);
}

async function makeCode(data: CodeData): Promise<OutputView> {
  if (data.language !== 'mermaid') return new (await import('./code.ts')).Code(data);
  return new (await import('./diagram.ts')).Diagram(data);
}

async function makeWidget(data: WidgetData, page: OutputScope): Promise<OutputView> {
  if (data.kind === 'form') return new (await import('./widgetForm.ts')).FormWidget(data, page);
  if (data.kind === 'selection') return new (await import('./widgetSelection.ts')).SelectionWidget(data, page);
  if (data.kind === 'module') return new (await import('./widgetModule.ts')).ModuleWidget(data, page);
  return new (await import('./widget.ts')).Widget(data, page);
}
