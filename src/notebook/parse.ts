import { type Declaration, declarationsOf, isValue } from './parseDeclarations.ts';
import { explainErrors, problemAt, type SyntaxProblem } from './parseErrors.ts';
import { type DynamicImport, dynamicImportsOf, type ImportStatement, importsOf } from './parseImports.ts';
import {
  endOfName,
  type Local,
  type Mention,
  type Node,
  readSource,
  type ScopedSource,
  type Span,
  type Use,
} from './scope.ts';

/** What the text of one cell declares and needs. */
export interface CellAnalysis {
  readonly declarations: readonly Declaration[];
  /** Values that the cell reads and does not declare, each at its first mention. */
  readonly references: readonly Mention[];
  /** Names in types that the cell does not declare, each at its first mention. */
  readonly typeReferences: readonly Mention[];
  /** Every assignment to a name that the cell does not declare. */
  readonly assignments: readonly Mention[];
  readonly imports: readonly ImportStatement[];
  readonly dynamicImports: readonly DynamicImport[];
  /** The expression that the cell shows: its last statement, with or without a semicolon. */
  readonly lastExpression: Span | null;
  readonly errors: readonly SyntaxProblem[];
}

/** What was read of cells that were not compiled yet: reading is half the work of both. */
const readings = new WeakMap<CellAnalysis, ScopedSource>();

/** Reads one cell's TypeScript, a strict statement list of its own in which `await` is allowed. Never throws for broken code. */
export function analyzeCell(text: string): CellAnalysis {
  const source = readSource(text);
  const free = [...source.free, ...usesOfErased(source.locals)].sort((a, b) => a.node.start - b.node.start);
  const analysis: CellAnalysis = {
    declarations: declarationsOf(source),
    references: firstOfEach(free.filter((use) => !use.erased && use.reads)),
    typeReferences: firstOfEach(free.filter((use) => use.erased)),
    assignments: free.filter((use) => !use.erased && use.writes).map(toMention),
    imports: importsOf(source),
    dynamicImports: dynamicImportsOf(source),
    lastExpression: lastExpressionOf(source),
    errors: [...explainErrors(text, source.errors), ...importedAndDeclared(source)],
  };
  readings.set(analysis, source);
  return analysis;
}

/** The text of an analysis, read; kept from the analysis until it is first asked for. */
export function readingOf(analysis: CellAnalysis, text: string): ScopedSource {
  const known = readings.get(analysis);
  readings.delete(analysis);
  return known?.text === text ? known : readSource(text);
}

/** The names whose values a cell hands to others, in the order of the text. */
export function exportedNames(analysis: CellAnalysis): string[] {
  return analysis.declarations
    .filter((one) => !one.private && one.kind !== 'type' && one.kind !== 'import' && one.name !== 'default')
    .map(({ name }) => name);
}

/** The last statement of a cell if it shows something; empty statements do not count. */
export function shownStatement(source: ScopedSource): Node | null {
  const last = source.program.body.findLast(({ type }) => type !== 'EmptyStatement');
  if (last?.type === 'ExpressionStatement') return last;
  return last?.type === 'ExportDefaultDeclaration' && !/Declaration$/.test(last.declaration.type) ? last : null;
}

function lastExpressionOf(source: ScopedSource): Span | null {
  const shown = shownStatement(source);
  if (!shown) return null;
  const start = shown.type === 'ExportDefaultDeclaration' ? shown.declaration.start : shown.start;
  return { start, end: source.text[shown.end - 1] === ';' ? shown.end - 1 : shown.end };
}

/** A value that is only `declare`d here, or imported as a type, is some other cell's or global. */
function usesOfErased(locals: readonly Local[]): Use[] {
  return locals
    .filter(({ definitions }) => !definitions.some(isValue))
    .flatMap(({ uses }) => uses.filter((use) => !use.erased));
}

function importedAndDeclared({ text, locals }: ScopedSource): SyntaxProblem[] {
  return locals.flatMap(({ name, definitions }) => {
    const values = definitions.filter(isValue);
    const other = values.find(({ kind }) => kind !== 'import');
    if (!other || !values.some(({ kind }) => kind === 'import')) return [];
    return [
      problemAt(
        text,
        `\`${name}\` is both imported and declared in this cell.`,
        other.name.start,
        endOfName(other.name),
      ),
    ];
  });
}

function firstOfEach(uses: readonly Use[]): Mention[] {
  const first = new Map<string, Mention>();
  for (const use of uses) if (!first.has(use.name)) first.set(use.name, toMention(use));
  return [...first.values()];
}

function toMention({ name, node }: Use): Mention {
  return { name, start: node.start, end: endOfName(node) };
}
