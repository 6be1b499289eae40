import {
  type Definition,
  DefinitionRequest,
  type DocumentHighlight,
  DocumentHighlightRequest,
  DocumentRangeFormattingRequest,
  type FormattingOptions,
  type Hover,
  HoverRequest,
  type InlayHint,
  InlayHintRequest,
  type Location,
  type LocationLink,
  PrepareRenameRequest,
  type ProtocolRequestType,
  type Range,
  type ReferenceParams,
  ReferencesRequest,
  type RenameParams,
  RenameRequest,
  type SignatureHelp,
  type SignatureHelpParams,
  SignatureHelpRequest,
  type TextDocumentPositionParams,
  type TextEdit,
  TypeDefinitionRequest,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { Engine } from './engine.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { unmark } from './privateNames.ts';

/** Answers what an editor asks about a cell: asks the engine about the module, and leads the answer back to cells. */
export class Features {
  readonly #engine: Engine;
  readonly #notebooks: LanguageNotebooks;

  constructor(engine: Engine, notebooks: LanguageNotebooks) {
    this.#engine = engine;
    this.#notebooks = notebooks;
  }

  async hover(params: TextDocumentPositionParams): Promise<Hover | null> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(HoverRequest.type, at.place));
    if (!found) return null;
    const range = found.range && at.notebook.virtual.rangeToCell(found.range)?.range;
    return { contents: unmark(found.contents), ...(range && { range }) };
  }

  async signatureHelp(params: SignatureHelpParams): Promise<SignatureHelp | null> {
    const at = this.#notebooks.place(params);
    return at ? unmark(await this.#engine.ask(SignatureHelpRequest.type, { ...params, ...at.place })) : null;
  }

  async definition(params: TextDocumentPositionParams): Promise<LocationLink[] | Location[]> {
    return this.#links(params, DefinitionRequest.type);
  }

  async typeDefinition(params: TextDocumentPositionParams): Promise<LocationLink[] | Location[]> {
    return this.#links(params, TypeDefinitionRequest.type);
  }

  async references(params: ReferenceParams): Promise<Location[]> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(ReferencesRequest.type, { ...params, ...at.place }));
    return (found ?? []).flatMap((location) => this.#notebooks.locate(location) ?? []);
  }

  async highlights(params: TextDocumentPositionParams): Promise<DocumentHighlight[]> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(DocumentHighlightRequest.type, at.place));
    return (found ?? []).flatMap(({ range, ...highlight }) => {
      const here = at?.notebook.virtual.rangeToCell(range);
      return here?.cell === params.textDocument.uri ? [{ ...highlight, range: here.range }] : [];
    });
  }

  async prepareRename(params: TextDocumentPositionParams): Promise<{ range: Range; placeholder: string } | null> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(PrepareRenameRequest.type, at.place));
    if (!found || !('start' in found || 'range' in found)) return null;
    const range = 'range' in found ? found.range : found;
    const here = at.notebook.virtual.rangeToCell(range)?.range;
    const cell = at.notebook.cells.find(({ id }) => id === params.textDocument.uri);
    if (!here || !cell) return null;
    const line = cell.text.split(/\r\n?|\n/)[here.start.line]!;
    return { range: here, placeholder: line.slice(here.start.character, here.end.character) };
  }

  async rename(params: RenameParams): Promise<WorkspaceEdit | null> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(RenameRequest.type, { ...at.place, newName: params.newName }));
    return found ? this.#notebooks.edit(found) : null;
  }

  async formatting(cell: string, options: FormattingOptions, range: Range | null): Promise<TextEdit[]> {
    const notebook = this.#notebooks.of(cell);
    const inModule =
      notebook && (range ? notebook.virtual.rangeToVirtual(cell, range) : notebook.virtual.rangeOf(cell));
    if (!inModule) return [];
    const found = await this.#engine.ask(DocumentRangeFormattingRequest.type, {
      textDocument: { uri: notebook.uri },
      range: inModule,
      options,
    });
    return (found ?? []).flatMap(({ range, newText }) => {
      const here = notebook.virtual.rangeToCell(range);
      return here?.cell === cell ? [{ range: here.range, newText: unmark(newText) }] : [];
    });
  }

  async inlayHints(cell: string, range: Range): Promise<InlayHint[]> {
    const notebook = this.#notebooks.of(cell);
    const inModule = notebook?.virtual.rangeToVirtual(cell, range);
    if (!notebook || !inModule) return [];
    const params = { textDocument: { uri: notebook.uri }, range: inModule };
    const found = await this.#engine.ask(InlayHintRequest.type, params);
    return (found ?? []).flatMap(({ position, label, kind, paddingLeft = false, paddingRight = false }) => {
      const here = notebook.virtual.toCell(position);
      if (here?.cell !== cell) return [];
      const text = typeof label === 'string' ? label : label.map(({ value }) => value).join('');
      return [{ position: here.position, label: unmark(text), ...(kind && { kind }), paddingLeft, paddingRight }];
    });
  }

  async #links<PR, E, RO>(
    params: TextDocumentPositionParams,
    type: ProtocolRequestType<TextDocumentPositionParams, Definition | LocationLink[] | null, PR, E, RO>,
  ): Promise<LocationLink[] | Location[]> {
    const at = this.#notebooks.place(params);
    const found = at && (await this.#engine.ask(type, at.place));
    if (!at || !found) return [];
    const links = [found].flat().map((one) => ('targetUri' in one ? one : linkTo(one)));
    return links.flatMap(({ originSelectionRange, targetUri, targetRange, targetSelectionRange }) => {
      const name = this.#notebooks.locate({ uri: targetUri, range: targetSelectionRange });
      if (!name) return [];
      const whole = this.#notebooks.locate({ uri: targetUri, range: targetRange });
      const origin = originSelectionRange && at.notebook.virtual.rangeToCell(originSelectionRange)?.range;
      return [
        {
          ...(origin && { originSelectionRange: origin }),
          targetUri: name.uri,
          targetRange: whole?.uri === name.uri ? whole.range : name.range,
          targetSelectionRange: name.range,
        },
      ];
    });
  }
}

function linkTo({ uri, range }: Location): LocationLink {
  return { targetUri: uri, targetRange: range, targetSelectionRange: range };
}
