import * as vscode from 'vscode';
import { type DocumentCell, newCell } from '../notebook/cellText.ts';
import { EMPTY_DOCUMENT, type NotebookDocument, readDocument, writeDocument } from '../notebook/document.ts';
import { CELL_LANGUAGE } from './contributions.ts';

const LANGUAGES = { code: CELL_LANGUAGE, sql: 'sql', markdown: 'markdown' } as const;

type DocumentMetadata = Omit<NotebookDocument, 'cells'>;
type CellMetadata = Omit<DocumentCell, 'source'>;

/** Turns the bytes of a `.memoir.ts` file into a notebook and back; what was not edited keeps its bytes. */
export class Serializer implements vscode.NotebookSerializer {
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    const { cells, ...document } = readDocument(content);
    const data = new vscode.NotebookData(cells.map(cellData));
    data.metadata = { memoir: document };
    return data;
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    const { cells: _, ...empty } = EMPTY_DOCUMENT;
    const document = (data.metadata?.memoir as DocumentMetadata | undefined) ?? empty; // written by deserializeNotebook
    return writeDocument({
      ...document,
      cells: data.cells.map(documentCellOf),
    });
  }
}

/** A cell of a notebook that is being opened as a cell of the file. */
export function documentCellOf({ kind, languageId, value, metadata }: vscode.NotebookCellData): DocumentCell {
  return documentCell(kind, languageId, value, metadata);
}

/** A cell of an open notebook as a cell of the file. */
export function cellOf(cell: vscode.NotebookCell): DocumentCell {
  return documentCell(cell.kind, cell.document.languageId, cell.document.getText(), cell.metadata);
}

/** A cell's metadata with some of Memoir's part changed. */
export function withMetadata(cell: vscode.NotebookCell, change: Partial<CellMetadata>): Record<string, unknown> {
  const { source: _, ...now } = cellOf(cell);
  return { ...cell.metadata, memoir: { ...now, ...change } };
}

function cellData({ source, ...metadata }: DocumentCell): vscode.NotebookCellData {
  const kind = metadata.kind === 'markdown' ? vscode.NotebookCellKind.Markup : vscode.NotebookCellKind.Code;
  const data = new vscode.NotebookCellData(kind, source, LANGUAGES[metadata.kind]);
  data.metadata = { memoir: metadata };
  return data;
}

function documentCell(
  cellKind: vscode.NotebookCellKind,
  language: string,
  text: string,
  metadata: Readonly<Record<string, unknown>> | undefined,
): DocumentCell {
  const source = text.replace(/\r\n?/g, '\n');
  const kind = cellKind === vscode.NotebookCellKind.Markup ? 'markdown' : language === 'sql' ? 'sql' : 'code';
  const fresh = newCell({ kind, source });
  const known = metadata?.memoir as CellMetadata | undefined; // written by cellData
  if (!known) return fresh;
  return { ...known, kind, source, declares: kind === 'sql' ? (known.declares ?? fresh.declares) : null };
}
