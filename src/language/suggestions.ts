import {
  type CompletionItem,
  type CompletionList,
  type CompletionParams,
  CompletionRequest,
  CompletionResolveRequest,
  type Range,
} from 'vscode-languageserver/node';
import type { Engine } from './engine.ts';
import type { LanguageNotebook } from './notebook.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { isForeign, isMarked, unmark } from './privateNames.ts';

/** The command that applies an edit of its argument: of cells other than the one that is typed in. */
export const APPLY_EDIT = 'memoir.language.applyEdit';

/** What could stand at a place in a cell. */
export class Suggestions {
  readonly #engine: Engine;
  readonly #notebooks: LanguageNotebooks;
  /** What the engine wants to have back of the latest suggestions, so that they need not carry it. */
  #suggested: { readonly list: number; readonly cell: string; readonly data: readonly unknown[] } = {
    list: 0,
    cell: '',
    data: [],
  };

  constructor(engine: Engine, notebooks: LanguageNotebooks) {
    this.#engine = engine;
    this.#notebooks = notebooks;
  }

  async at(params: CompletionParams): Promise<CompletionList | null> {
    const at = this.#notebooks.place(params);
    if (!at) return null;
    const found = await this.#engine.ask(CompletionRequest.type, { ...params, ...at.place });
    if (!found) return null;
    const { items, itemDefaults, isIncomplete } = Array.isArray(found)
      ? { items: found, itemDefaults: undefined, isIncomplete: false }
      : found;
    const cell = params.textDocument.uri;
    const mark = at.notebook.markOf(cell);
    const shown = items.filter(({ label }) => !isForeign(label, mark));
    const list = this.#suggested.list + 1;
    this.#suggested = { list, cell, data: shown.map(({ data }) => data ?? itemDefaults?.data) };
    const editRange = itemDefaults?.editRange;
    const range = editRange && ('insert' in editRange ? editRange.insert : editRange);
    return { isIncomplete, items: shown.map((item, index) => suggestion(item, { list, index }, at.notebook, range)) };
  }

  /** A suggestion with all that is known of it; an import that belongs into another cell is a command of its own. */
  async resolve(item: CompletionItem): Promise<CompletionItem> {
    const { list, index } = item.data as SuggestionData; // made above
    const { cell, data } = this.#suggested;
    const notebook = this.#notebooks.of(cell);
    if (!notebook || list !== this.#suggested.list || !data[index]) return item;
    const { data: _, ...found } = await this.#engine.ask(CompletionResolveRequest.type, { ...item, data: data[index] });
    const { additionalTextEdits = [], detail, documentation } = unmark(found);
    const told = { ...item, ...(detail !== undefined && { detail }), ...(documentation && { documentation }) };
    if (!additionalTextEdits.length) return told;
    const { changes = {} } = this.#notebooks.edit({ changes: { [notebook.uri]: additionalTextEdits } });
    const { [cell]: own = [], ...others } = changes;
    return {
      ...told,
      ...(own.length && { additionalTextEdits: own }),
      ...(Object.keys(others).length && {
        command: { title: 'Add the import', command: APPLY_EDIT, arguments: [{ changes: others }] },
      }),
    };
  }
}

/** Which of the latest suggestions it is. */
interface SuggestionData {
  readonly list: number;
  readonly index: number;
}

function suggestion(
  item: CompletionItem,
  data: SuggestionData,
  { virtual }: LanguageNotebook,
  defaultRange: Range | undefined,
): CompletionItem {
  const shown = isMarked(item.label) ? unmark(item) : item;
  const { textEdit } = shown;
  const old = textEdit ? ('range' in textEdit ? textEdit.range : textEdit.insert) : defaultRange;
  const range = old && virtual.rangeToCell(old)?.range;
  const newText = textEdit?.newText ?? shown.textEditText ?? shown.insertText ?? shown.label;
  return { ...shown, ...(range && { textEdit: { range, newText } }), data };
}
