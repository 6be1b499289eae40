import type {
  ProtocolRequestType,
  SemanticTokensLegend,
  TextDocumentContentChangeEvent,
  TextDocumentItem,
} from 'vscode-languageserver/node';
import type { Disposable } from '../base/disposable.ts';
import type { TypeScriptSettings } from '../protocol/language.ts';

/** What knows TypeScript. It is asked in the words of the Language Server Protocol, about documents that it was given. */
export interface Engine extends Disposable {
  readonly legend: SemanticTokensLegend;
  configure(settings: TypeScriptSettings): void;
  open(document: TextDocumentItem): void;
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void;
  close(uri: string): void;
  /** Files on disk are other ones. */
  filesChanged(changes: readonly FileChange[]): void;
  ask<P, R, PR, E, RO>(type: ProtocolRequestType<P, R, PR, E, RO>, params: P): Promise<R>;
}

/** A file that was made (1), written (2) or removed (3). */
export interface FileChange {
  readonly uri: string;
  readonly type: 1 | 2 | 3;
}

/** The kinds of names that an editor is told of: TypeScript 6's own, in its order. */
export const LEGEND: SemanticTokensLegend = {
  tokenTypes: [
    'class',
    'enum',
    'interface',
    'namespace',
    'typeParameter',
    'type',
    'parameter',
    'variable',
    'enumMember',
    'property',
    'function',
    'method',
  ],
  tokenModifiers: ['declaration', 'static', 'async', 'readonly', 'defaultLibrary', 'local'],
};
