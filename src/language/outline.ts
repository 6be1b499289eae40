import {
  type DocumentSymbol,
  DocumentSymbolRequest,
  type FoldingRange,
  FoldingRangeRequest,
  type SemanticTokens,
  SemanticTokensBuilder,
  SemanticTokensRequest,
} from 'vscode-languageserver/node';
import { type Engine, LEGEND } from './engine.ts';
import type { LanguageNotebook } from './notebook.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { unmark } from './privateNames.ts';
import type { VirtualDocument } from './virtualDocument.ts';

interface Token {
  readonly line: number;
  readonly character: number;
  readonly length: number;
  readonly type: number;
  readonly modifiers: number;
}

/** What a module looks like, told cell by cell; each version of it is read once. */
export class Outline {
  readonly #engine: Engine;
  readonly #notebooks: LanguageNotebooks;
  readonly #tokens = new WeakMap<VirtualDocument, Promise<readonly Token[]>>();
  readonly #symbols = new WeakMap<VirtualDocument, Promise<readonly DocumentSymbol[]>>();
  readonly #folding = new WeakMap<VirtualDocument, Promise<readonly FoldingRange[]>>();

  constructor(engine: Engine, notebooks: LanguageNotebooks) {
    this.#engine = engine;
    this.#notebooks = notebooks;
  }

  async tokens(cell: string): Promise<SemanticTokens> {
    const builder = new SemanticTokensBuilder();
    const notebook = this.#notebooks.of(cell);
    if (!notebook) return builder.build();
    const { virtual } = notebook;
    for (const token of await once(this.#tokens, virtual, () => this.#allTokens(notebook))) {
      const here = virtual.toCell(token);
      if (here?.cell === cell)
        builder.push(here.position.line, here.position.character, token.length, token.type, token.modifiers);
    }
    return builder.build();
  }

  async symbols(cell: string): Promise<DocumentSymbol[]> {
    const notebook = this.#notebooks.of(cell);
    if (!notebook) return [];
    const { virtual } = notebook;
    const all = await once(this.#symbols, virtual, async () => {
      const found = await this.#engine.ask(DocumentSymbolRequest.type, { textDocument: { uri: notebook.uri } });
      return (found ?? []).filter((one): one is DocumentSymbol => 'selectionRange' in one);
    });
    return unmark(inCell(all, virtual, cell));
  }

  async folding(cell: string): Promise<FoldingRange[]> {
    const notebook = this.#notebooks.of(cell);
    if (!notebook) return [];
    const { virtual } = notebook;
    const all = await once(this.#folding, virtual, async () => {
      const found = await this.#engine.ask(FoldingRangeRequest.type, { textDocument: { uri: notebook.uri } });
      return found ?? [];
    });
    return all.flatMap(({ startLine, startCharacter = 0, endLine, endCharacter = 0, ...fold }) => {
      const range = {
        start: { line: startLine, character: startCharacter },
        end: { line: endLine, character: endCharacter },
      };
      const here = virtual.rangeToCell(range);
      if (here?.cell !== cell) return [];
      const { start, end } = here.range;
      return [
        {
          ...fold,
          startLine: start.line,
          startCharacter: start.character,
          endLine: end.line,
          endCharacter: end.character,
        },
      ];
    });
  }

  async #allTokens({ uri }: LanguageNotebook): Promise<Token[]> {
    const found = await this.#engine.ask(SemanticTokensRequest.type, { textDocument: { uri } });
    const { tokenTypes, tokenModifiers } = this.#engine.legend;
    const types = tokenTypes.map((name) => LEGEND.tokenTypes.indexOf(name));
    const modifiers = tokenModifiers.map((name) => LEGEND.tokenModifiers.indexOf(name));
    const tokens: Token[] = [];
    let [line, character] = [0, 0];
    const data = found?.data ?? [];
    for (let at = 0; at < data.length; at += 5) {
      const [down, right, length, type, bits] = data.slice(at, at + 5) as [number, number, number, number, number]; // five by definition
      line += down;
      character = down ? right : character + right;
      if (types[type]! >= 0)
        tokens.push({ line, character, length, type: types[type]!, modifiers: translate(bits, modifiers) });
    }
    return tokens;
  }
}

/** The bits of one legend as those of another. */
function translate(bits: number, to: readonly number[]): number {
  return to.reduce((sum, bit, from) => (bits & (1 << from) && bit >= 0 ? sum | (1 << bit) : sum), 0);
}

function inCell(symbols: readonly DocumentSymbol[], virtual: VirtualDocument, cell: string): DocumentSymbol[] {
  return symbols.flatMap((symbol) => {
    const range = virtual.rangeToCell(symbol.range);
    const name = virtual.rangeToCell(symbol.selectionRange);
    if (range?.cell !== cell || name?.cell !== cell) return [];
    const children = inCell(symbol.children ?? [], virtual, cell);
    return [{ ...symbol, range: range.range, selectionRange: name.range, children }];
  });
}

function once<T>(known: WeakMap<VirtualDocument, Promise<T>>, virtual: VirtualDocument, make: () => Promise<T>) {
  let found = known.get(virtual);
  if (!found) {
    found = make();
    known.set(virtual, found);
    found.catch(() => known.delete(virtual)); // whoever asks next asks again
  }
  return found;
}
