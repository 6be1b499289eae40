import * as vscode from 'vscode';
import type { ExportInfo } from '../protocol/kernel.ts';
import { NOTEBOOK_TYPE } from './contributions.ts';
import type { Notebooks } from './notebooks.ts';
import { FUNCTIONS, WORDS } from './sqlWords.ts';

/** Completes SQL cells: tables that cells hold, the columns of those that a query names, and the words of SQL. */
export class SqlCompletion implements vscode.CompletionItemProvider {
  static readonly selector: vscode.DocumentSelector = { notebookType: NOTEBOOK_TYPE, language: 'sql' };
  static readonly triggers = ['.', ' ', '$'];
  readonly #notebooks: Notebooks;

  constructor(notebooks: Notebooks) {
    this.#notebooks = notebooks;
  }

  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const sql = document.getText();
    const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
    if (/\$\{[^}]*$/.test(before)) return []; // an expression: the language server's
    const tables = this.#tables(document);
    const named = namedTables(sql, tables);
    const qualifier = /([\p{ID_Continue}$]+)\.[\p{ID_Continue}$]*$/u.exec(before)?.[1];
    if (qualifier !== undefined) return columnItems(named.filter(({ alias }) => alias === qualifier));
    const start = /\$$/.test(before) ? position.translate(0, -1) : null; // `$` begins a table
    const range = start && new vscode.Range(start, position);
    const wantsTable = /\b(?:from|join)\s+[\p{ID_Continue}$]*$/iu.test(before);
    return [
      ...tables.map((table) => tableItem(table, range, wantsTable)),
      ...(range || wantsTable ? [] : [...columnItems(named), ...WORD_ITEMS]),
    ];
  }

  /** What other cells hold that has columns. */
  #tables(document: vscode.TextDocument): ExportInfo[] {
    const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
    const cell = cells.find((one) => one.document === document);
    const session = cell && this.#notebooks.of(cell)?.session;
    if (!session) return [];
    const others = [...session.program.cells.keys()].filter((id) => id !== document.uri.fragment); // as OpenNotebook has it
    const all = others.flatMap((id) => session.state(id).record?.exports ?? []);
    return all.filter(({ columns }) => columns?.length);
  }
}

interface NamedTable {
  readonly table: ExportInfo;
  /** What the query calls it. */
  readonly alias: string | null;
}

/** The tables that a query takes as `${name}`, with the names it gives them. */
function namedTables(sql: string, tables: readonly ExportInfo[]): NamedTable[] {
  const mentions = sql.matchAll(/\$\{\s*([\p{ID_Continue}$]+)\s*\}(?:\s+(?:as\s+)?([\p{ID_Continue}$]+))?/giu);
  return [...mentions].flatMap(([, name, alias]) => {
    const table = tables.find((one) => one.name === name);
    return table ? [{ table, alias: alias && !RESERVED.has(alias.toUpperCase()) ? alias : null }] : [];
  });
}

function tableItem({ name, columns = [] }: ExportInfo, range: vscode.Range | null, wanted: boolean) {
  const item = new vscode.CompletionItem({ label: name, description: 'table' }, vscode.CompletionItemKind.Struct);
  item.insertText = `\${${name}}`;
  item.detail = columns.map((column) => column.name).join(', ');
  item.sortText = `${wanted ? '0' : '2'}${name}`;
  if (range) {
    item.range = range;
    item.filterText = `$${name}`;
  }
  return item;
}

function columnItems(tables: readonly NamedTable[]): vscode.CompletionItem[] {
  return tables.flatMap(({ table }) =>
    (table.columns ?? []).map(({ name, type }) => {
      const item = new vscode.CompletionItem({ label: name, description: table.name }, vscode.CompletionItemKind.Field);
      if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name)) item.insertText = `"${name.replaceAll('"', '""')}"`;
      item.detail = type;
      item.sortText = `1${name}`;
      return item;
    }),
  );
}

const RESERVED = new Set(WORDS.flatMap((words) => words.split(' ')));
const WORD_ITEMS = [
  ...WORDS.map((word) => {
    const item = new vscode.CompletionItem(word, vscode.CompletionItemKind.Keyword);
    item.sortText = `3${word}`;
    return item;
  }),
  ...FUNCTIONS.map((name) => {
    const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Function);
    item.insertText = new vscode.SnippetString(`${name}($1)`);
    item.sortText = `4${name}`;
    return item;
  }),
];
