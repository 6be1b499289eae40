import { fileURLToPath, pathToFileURL } from 'node:url';
import type ts from 'typescript';
import type { TextDocumentContentChangeEvent, TextDocumentItem } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** A text that an editor holds, whatever is on disk. */
export interface OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly document: TextDocument;
  readonly snapshot: ts.IScriptSnapshot;
}

/** The texts that are open, by path. */
export class OpenDocuments {
  readonly #byPath = new Map<string, OpenDocument>();

  get(path: string): OpenDocument | undefined {
    return this.#byPath.get(path);
  }

  get paths(): string[] {
    return [...this.#byPath.keys()];
  }

  open({ uri, languageId, version, text }: TextDocumentItem): OpenDocument {
    const document = TextDocument.create(uri, languageId, version, text);
    const path = pathOf(uri);
    const opened = { uri, path, document, snapshot: new Snapshot(text) };
    this.#byPath.set(path, opened);
    return opened;
  }

  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const open = this.#byPath.get(pathOf(uri));
    if (!open) return;
    const span = changes.length === 1 ? changeOf(open.document, changes[0]!) : null;
    const document = TextDocument.update(open.document, [...changes], version);
    const snapshot = new Snapshot(document.getText(), span && { before: open.snapshot, span });
    this.#byPath.set(open.path, { ...open, document, snapshot });
  }

  close(uri: string): void {
    this.#byPath.delete(pathOf(uri));
  }

  /** How others name a file. */
  uriOf(path: string): string {
    return this.#byPath.get(path)?.uri ?? pathToFileURL(path).href;
  }
}

/** A file's path with `/`, as TypeScript writes it. */
export function pathOf(uri: string): string {
  return fileURLToPath(uri).replaceAll('\\', '/');
}

function changeOf(document: TextDocument, change: TextDocumentContentChangeEvent): ts.TextChangeRange | null {
  if (!('range' in change)) return null;
  const start = document.offsetAt(change.range.start);
  return { span: { start, length: document.offsetAt(change.range.end) - start }, newLength: change.text.length };
}

/** A text that knows how it differs from the one before, so that only this is read again. */
class Snapshot implements ts.IScriptSnapshot {
  readonly #text: string;
  readonly #change: { readonly before: ts.IScriptSnapshot; readonly span: ts.TextChangeRange } | null;

  constructor(text: string, change: { before: ts.IScriptSnapshot; span: ts.TextChangeRange } | null = null) {
    this.#text = text;
    this.#change = change && { before: change.before, span: change.span };
  }

  getText(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  getLength(): number {
    return this.#text.length;
  }

  getChangeRange(before: ts.IScriptSnapshot): ts.TextChangeRange | undefined {
    return this.#change?.before === before ? this.#change.span : undefined;
  }
}
