import {
  type Diagnostic,
  DiagnosticSeverity,
  DocumentDiagnosticRequest,
  type Position,
  type Range,
} from 'vscode-languageserver/node';
import type { Problem } from '../notebook/check.ts';
import type { GraphError } from '../notebook/graphErrors.ts';
import { positionAt } from '../notebook/position.ts';
import { formatSql } from '../notebook/sqlText.ts';
import type { CellId } from '../protocol/kernel.ts';
import type { Engine } from './engine.ts';
import type { LanguageCell, LanguageNotebook } from './notebook.ts';
import type { LanguageNotebooks } from './notebooks.ts';
import { unmark } from './privateNames.ts';

/** What is wrong with one cell. */
export interface CellDiagnostics {
  readonly cell: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What TypeScript says about modules in general, and what is no mistake in a notebook: awaiting anywhere, `.ts` in imports, emitting. */
const NO_MISTAKE = new Set([1286, 1287, 1295, 1309, 1375, 1378, 1431, 1432, 1479, 1541, 1542, 2691, 2854, 5097, 80001]);
/** Names used above their declaration: cells may stand in any order. */
const ORDER = new Set([2448, 2449, 2450, 2454]);
/** Names declared twice, in a circle, or assigned from afar: the graph tells of those between cells. */
const GRAPH = new Set([2300, 2323, 2393, 2440, 2451, 2484, 2528, 2567, 2588, 2629, 2630, 2632, 7022, 7023, 7024]);
/** What SQL cells are written with in the file, whoever imports it. */
const IMPORTED_SQL = /^(sql|import \{ sql \} from ['"]memoir['"];?)$/;
const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6199]);
/** Modules that are not there. */
const MISSING = new Set([2307, 2792, 2882]);
const UNREACHABLE = 7027;

/**
 * Everything wrong with a notebook, cell by cell: what TypeScript says, and what only Memoir knows, nothing twice.
 * `graph`: whether mistakes between cells are told; an editor has them already.
 */
export async function diagnose(
  engine: Engine,
  notebook: LanguageNotebook,
  notebooks: LanguageNotebooks,
  { graph }: { readonly graph: boolean },
): Promise<CellDiagnostics[]> {
  const { virtual } = notebook;
  const report = await engine.ask(DocumentDiagnosticRequest.type, { textDocument: { uri: notebook.uri } });
  const found = report.kind === 'full' ? report.items : [];
  const inCells = found.flatMap((one) => {
    const place = virtual.clipToCell(one.range);
    return place ? [{ cell: place.cell, one: { ...one, range: place.range } }] : [];
  });
  const types = Map.groupBy(inCells, ({ cell }) => cell);
  const problems = Map.groupBy(notebook.problems(), ({ id }) => id as string);
  return notebook.cells.map((cell) => {
    const told = (types.get(cell.id) ?? []).map(({ one }) => one).filter((one) => counts(one, cell, notebook));
    const between = new Set(graph ? [] : graphErrors(notebook, cell).map(({ message }) => message));
    const own = (problems.get(cell.id) ?? []).filter(({ message }) => !between.has(message));
    const diagnostics = withoutTwins(
      own.map((problem) => fromProblem(problem, cell)),
      told.map((one) => withPlaces(one, notebooks)),
    );
    return { cell: cell.id, diagnostics };
  });
}

/** Of two messages on one place our errors stay, as they say what to do; of names TypeScript's, which has remedies. */
function withoutTwins(own: readonly Diagnostic[], told: readonly Diagnostic[]): Diagnostic[] {
  const twin = (one: Diagnostic, others: readonly Diagnostic[]) => others.some((other) => samePlace(one, other));
  const missing = told.filter(({ code }) => MISSING.has(code as number));
  const others = told.filter((one) => !missing.includes(one));
  const kept = own.filter((one) => one.severity === DiagnosticSeverity.Error || !twin(one, others));
  return [...kept, ...others, ...missing.filter((one) => !twin(one, own))];
}

/** Whether what TypeScript says of a cell counts in a notebook, and is not told by the graph. */
function counts({ code, range }: Diagnostic, cell: LanguageCell, notebook: LanguageNotebook): boolean {
  if (typeof code !== 'number') return true;
  if (NO_MISTAKE.has(code) || isOfDeclarations(code)) return false;
  const id = cell.id as CellId; // the notebook's own cells are its program's
  const analysis = notebook.program.analysis(id);
  if (code < 2000 && analysis.errors.length) return false; // the engine that runs cells says what it cannot read
  const declared = analysis.declarations.filter(({ private: own }) => !own);
  const name = textAt(cell, range.start, range.end);
  if (ORDER.has(code)) return analysis.declarations.some((one) => one.name === name);
  if (GRAPH.has(code))
    return !graphErrors(notebook, cell).some(({ kind, names }) => kind === 'cycle' || names.includes(name));
  if (UNUSED.has(code))
    return (
      cell.kind === 'code' &&
      !analysis.errors.length &&
      !(IMPORTED_SQL.test(name) && notebook.cells.some(({ kind }) => kind === 'sql')) &&
      !declared.some((one) => one.kind !== 'import' && isIn(positionAt(cell.text, one.start), range))
    );
  if (code === UNREACHABLE) return textAt(cell, { line: 0, character: 0 }, range.start).trim() !== '';
  return true;
}

/** Whether it is about declarations to be written of a module: those of a notebook are not. */
function isOfDeclarations(code: number): boolean {
  return code === 2742 || (code >= 4000 && code <= 4103) || (code >= 9005 && code <= 9039);
}

/** Mistakes between a cell and others. */
function graphErrors({ program }: LanguageNotebook, { id }: LanguageCell): readonly GraphError[] {
  return program.graph.cell(id).errors.filter(({ kind }) => kind !== 'syntax');
}

/** Places told beside a message are in cells, too. */
function withPlaces({ relatedInformation, ...one }: Diagnostic, notebooks: LanguageNotebooks): Diagnostic {
  const related = relatedInformation?.flatMap(({ location, message }) => {
    const place = notebooks.locate(location);
    return place ? [{ location: place, message: unmark(message) }] : [];
  });
  return { ...one, message: unmark(one.message), ...(related?.length && { relatedInformation: related }) };
}

function fromProblem({ severity, message, line, column }: Problem, cell: LanguageCell): Diagnostic {
  const start = cell.kind === 'sql' ? inSql(cell, line, column) : { line: line - 1, character: column - 1 };
  const rest = cell.text.split(/\r\n?|\n/)[start.line]?.slice(start.character) ?? '';
  const word = /^(['"])[^'"]*\1|^[\p{ID_Continue}$]+/u.exec(rest)?.[0].length ?? 1;
  return {
    range: { start, end: { line: start.line, character: start.character + word } },
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'memoir',
    message,
  };
}

/** A place in the statement of an SQL cell as a place in its SQL. */
function inSql({ text, declares }: LanguageCell, line: number, column: number): Position {
  const statement = formatSql({ declares: declares ?? 'query', sql: text.replace(/\r\n?/g, '\n') });
  const inline = statement.indexOf('`') + 1;
  if (line === 1) return { line: 0, character: Math.max(0, text.includes('\n') ? 0 : column - 1 - inline) };
  return { line: line - 2, character: Math.max(0, column - 1 - INDENT) };
}

/** How far `formatSql` indents. */
const INDENT = 2;

function isIn({ line, column }: { line: number; column: number }, { start, end }: Range): boolean {
  const after = line - 1 > start.line || (line - 1 === start.line && column - 1 >= start.character);
  return after && (line - 1 < end.line || (line - 1 === end.line && column - 1 < end.character));
}

function textAt({ text }: LanguageCell, start: Position, end: Position): string {
  const lines = text.split(/\r\n?|\n/).slice(start.line, end.line + 1);
  if (!lines.length) return '';
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.character);
  lines[0] = lines[0]!.slice(start.character);
  return lines.join('\n');
}

function samePlace(a: Diagnostic, b: Diagnostic): boolean {
  return (
    b.severity === DiagnosticSeverity.Error &&
    a.range.start.line === b.range.start.line &&
    a.range.start.character === b.range.start.character
  );
}
