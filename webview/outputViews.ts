import type { HtmlData, TableData, ValueNode, WidgetData } from '../src/protocol/output.ts';
import { MIME } from '../src/protocol/output.ts';
import { Chart } from './chart.ts';
import type { ChartSpec } from './chartSpec.ts';
import { HtmlFrame } from './htmlFrame.ts';
import type { OutputScope, OutputView, ViewItem } from './outputView.ts';
import { PlainText } from './plainText.ts';
import { Table } from './table.ts';
import { ValueTree } from './valueTree.ts';

/** The view for an output in one format; what is large or rare is loaded when it is first needed. */
export async function makeView(item: ViewItem, page: OutputScope): Promise<OutputView> {
  switch (item.mime) {
    case MIME.vegaLite:
      return new Chart(() => item.json() as ChartSpec);
    case MIME.table:
      return new Table(item.json() as TableData);
    case MIME.value:
      return new ValueTree(item.json() as ValueNode);
    case MIME.sandboxedHtml:
      return new HtmlFrame(item.json() as HtmlData);
    case MIME.html:
      return new HtmlFrame({ html: item.text() });
    case MIME.text:
      return new PlainText(item.text());
    case MIME.markdown: {
      const { Markdown } = await import('./markdown.ts');
      return new Markdown(item.text());
    }
    case MIME.widget:
      return makeWidget(item.json() as WidgetData, page);
    default:
      throw new Error(`Memoir does not draw ${item.mime}.`);
  }
}

async function makeWidget(data: WidgetData, page: OutputScope): Promise<OutputView> {
  switch (data.kind) {
    case 'form': {
      const { FormWidget } = await import('./widgetForm.ts');
      return new FormWidget(data, page);
    }
    default: {
      const { Widget } = await import('./widget.ts');
      return new Widget(data, page);
    }
  }
}
