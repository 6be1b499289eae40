import type { CellId } from '../protocol/kernel.ts';
import { completeCell } from './cell.ts';
import { cellTypeScript, type DocumentCell } from './cellText.ts';
import type { ProgramCell } from './program.ts';

/** A cell of a document as the engine takes it; null for Markdown. `index` is its place in the document, from 0. */
export function programCell(cell: DocumentCell, id: CellId, index: number): ProgramCell | null {
  if (cell.kind === 'markdown') return null;
  const { cell: options, problems } = completeCell(cell.options);
  const label = cell.title || `cell ${index + 1}`;
  const source = cell.kind === 'sql' ? `${cellTypeScript(cell)}\n${cell.declares};` : cellTypeScript(cell); // SQL shows its table
  return { id, kind: cell.kind, title: cell.title, label, source, options, problems };
}
