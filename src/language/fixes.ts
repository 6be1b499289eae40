import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionRequest,
  DefinitionRequest,
  type Diagnostic,
  type Position,
  type TextEdit,
} from 'vscode-languageserver/node';
import { awaitInitializer, makeAsync, unawaited } from './awaiting.ts';
import type { Engine } from './engine.ts';
import type { LanguageCell, LanguageNotebook } from './notebook.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { unmark } from './privateNames.ts';

/** What is said of a name that is nearly one that is known. */
const MISSPELT = new Set<unknown>([2551, 2552, 2561, 2570, 2724]);

/** What `checkProgram` says of a package that is not there. */
const MISSING = /^There is no module "(.+)"\. Install it with `(.+)`\.$/;

/** Remedies for mistakes in cells: the engine's, and those that not every TypeScript has, or none has for a notebook. */
export class Fixes {
  readonly #engine: Engine;
  readonly #notebooks: LanguageNotebooks;

  constructor(engine: Engine, notebooks: LanguageNotebooks) {
    this.#engine = engine;
    this.#notebooks = notebooks;
  }

  async at(params: CodeActionParams): Promise<CodeAction[]> {
    const { textDocument, context } = params;
    const notebook = this.#notebooks.of(textDocument.uri);
    const cell = notebook?.cells.find(({ id }) => id === textDocument.uri);
    if (!notebook || !cell) return [];
    const found = await this.#engines(params, notebook);
    if (context.only && !context.only.includes(CodeActionKind.QuickFix)) return found;
    const own = await Promise.all(context.diagnostics.map((problem) => this.#own(problem, cell, notebook)));
    const known = new Set(found.map(({ title }) => title));
    const added = own.flat().filter(({ title }) => !known.has(title));
    return found.length ? [...found, ...added.map((fix) => ({ ...fix, isPreferred: false }))] : added;
  }

  async #engines(
    { textDocument, range, context }: CodeActionParams,
    notebook: LanguageNotebook,
  ): Promise<CodeAction[]> {
    const [cell, { virtual }] = [textDocument.uri, notebook];
    const inModule = virtual.rangeToVirtual(cell, range);
    if (!inModule) return [];
    const diagnostics = context.diagnostics.flatMap((one) => {
      const range = virtual.rangeToVirtual(cell, one.range);
      return range ? [{ ...one, range }] : [];
    });
    const found = await this.#engine.ask(CodeActionRequest.type, {
      textDocument: { uri: notebook.uri },
      range: inModule,
      context: { ...context, diagnostics },
    });
    return (found ?? []).flatMap((action) => {
      if (!('edit' in action) || !action.edit) return [];
      const isFix = action.kind === CodeActionKind.QuickFix;
      const edit = this.#notebooks.edit(action.edit, isFix ? cell : null);
      if (!Object.keys(edit.changes!).length) return []; // it would change what is ours
      const { diagnostics: _, ...offered } = action;
      return [{ ...offered, title: unmark(action.title), diagnostics: context.diagnostics, edit }];
    });
  }

  async #own(problem: Diagnostic, cell: LanguageCell, notebook: LanguageNotebook): Promise<CodeAction[]> {
    const { code, range, message } = problem;
    const [, name] = /Did you mean (?:to write )?'(.+)'\?$/.exec(String(message)) ?? [];
    if (name !== undefined && MISSPELT.has(code))
      return [fix(problem, `Change spelling to '${name}'`, cell.id, [{ range, newText: name }])];
    if (cell.kind !== 'code') return [];
    const [, specifier, install] = MISSING.exec(String(message)) ?? [];
    if (install !== undefined) return [installFix(problem, `Run \`${install}\` in a terminal`, [cell.id, specifier])];
    if (/^`await` is only allowed/.test(String(message))) {
      const edit = makeAsync(cell.text, range);
      return edit ? [fix(problem, 'Add async modifier to containing function', cell.id, [edit])] : [];
    }
    const forgotten = unawaited(cell.text, problem);
    if (!forgotten) return [];
    const source = forgotten.name && (await this.#awaitedSource(forgotten.name, problem, cell, notebook));
    const here = forgotten.edits && fix(problem, "Add 'await'", cell.id, forgotten.edits, !source);
    return [source, here].filter((one) => one !== null);
  }

  /** Awaits a promise where it gets its name, in whichever cell that is. */
  async #awaitedSource(
    position: Position,
    problem: Diagnostic,
    cell: LanguageCell,
    notebook: LanguageNotebook,
  ): Promise<CodeAction | null> {
    const at = this.#notebooks.place({ textDocument: { uri: cell.id }, position });
    const [found] = [at && (await this.#engine.ask(DefinitionRequest.type, at.place))].flat();
    if (!found) return null;
    const declared = this.#notebooks.locate(
      'targetUri' in found ? { uri: found.targetUri, range: found.targetSelectionRange } : found,
    );
    const home = notebook.cells.find(({ id, kind }) => id === declared?.uri && kind === 'code');
    const made = home && awaitInitializer(home.text, declared!.range);
    return made ? fix(problem, `Add 'await' to initializer for '${made.name}'`, home.id, [made.edit]) : null;
  }
}

/** A command of the editor's, as an edit cannot install anything. */
function installFix(problem: Diagnostic, title: string, args: readonly unknown[]): CodeAction {
  const command = { title, command: 'memoir.installPackage', arguments: [...args] };
  return { title, kind: CodeActionKind.QuickFix, diagnostics: [problem], isPreferred: true, command };
}

function fix(
  problem: Diagnostic,
  title: string,
  uri: string,
  edits: readonly TextEdit[],
  isPreferred = true,
): CodeAction {
  const edit = { changes: { [uri]: [...edits] } };
  return { title, kind: CodeActionKind.QuickFix, diagnostics: [problem], isPreferred, edit };
}
