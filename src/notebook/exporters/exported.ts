import { type LayoutData, MIME, type Output } from '../../protocol/output.ts';
import type { CellState } from '../cellRun.ts';
import type { DocumentCell } from '../cellText.ts';
import type { NotebookDocument } from '../document.ts';

/** A notebook with what its cells show, on its way into another format. */
export interface ExportedNotebook {
  /** The name of its file, without what tells that it is a notebook. */
  readonly name: string;
  readonly document: NotebookDocument;
  readonly cells: readonly ExportedCell[];
}

export interface ExportedCell {
  readonly cell: DocumentCell;
  /** Null for Markdown. */
  readonly state: CellState | null;
}

/** Draws a chart that a cell shows: its Vega-Lite as SVG. */
export type DrawChart = (spec: unknown) => Promise<string>;

/** Outputs without their arrangement: what stands in columns, tabs and the like comes one after the other. */
export function flatOutputs(outputs: readonly Output[]): Output[] {
  return outputs.flatMap((output) => {
    const layout = output.items.find(({ mime }) => mime === MIME.layout)?.data as LayoutData | undefined; // made by the kernel
    return layout ? layout.children.flatMap((child) => flatOutputs(child.outputs)) : [output];
  });
}

/** The data of an output in one format. */
export function dataOf({ items }: Output, mime: string): unknown {
  return items.find((item) => item.mime === mime)?.data;
}

/** The text of an output, in words. */
export function textOf(output: Output): string {
  return String(dataOf(output, MIME.text) ?? '');
}

/** A text in a block of Markdown code, whatever it holds; nothing for a blank one. */
export function fence(text: string, language: string): string {
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
  return text.trim() === '' ? '' : `${ticks}${language}\n${text.trimEnd()}\n${ticks}`;
}
