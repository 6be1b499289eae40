import type { CellId } from '../../protocol/kernel.ts';
import type { DocumentCell } from '../cellText.ts';
import { analyzeCell, exportedNames } from '../parse.ts';
import type { Program } from '../program.ts';
import { renameInCell } from '../rename.ts';

/** A notebook whose cells have names in a program. */
export interface ScriptSource {
  /** In page order; the id of a Markdown cell is in no program. */
  readonly cells: readonly { readonly id: CellId; readonly cell: DocumentCell }[];
  readonly program: Program;
}

/**
 * The notebook as one plain module: cells in dependency order, what a cell shows handed to `display`, names that
 * several cells keep to themselves told apart. Widgets stand where they stood at first.
 */
export function exportScript({ cells, program }: ScriptSource): string {
  const names = new PrivateNames();
  const show = programDeclares(program, 'display') ? 'memoirDisplay' : 'display';
  const blocks = groups(cells, program).flatMap(({ texts, id }) => [
    ...texts.map(comment),
    ...(id === null ? [] : [cellText(program, id, names, show)]),
  ]);
  const code = blocks.filter(Boolean).join('\n\n');
  const head = [...imports(program, code, show), ...inScope(program)];
  return `${[head.join('\n'), code].filter(Boolean).join('\n\n')}\n`;
}

interface Group {
  readonly texts: readonly string[];
  readonly id: CellId | null;
}

/** Each cell that runs with the text above it, in dependency order; text below all of them last. */
function groups(cells: ScriptSource['cells'], program: Program): Group[] {
  const made: Group[] = [];
  let texts: string[] = [];
  for (const { id, cell } of cells) {
    if (cell.kind === 'markdown') texts.push(cell.source);
    else {
      made.push({ texts, id });
      texts = [];
    }
  }
  const sorted = made.toSorted((a, b) => program.place(a.id!) - program.place(b.id!));
  return texts.length ? [...sorted, { texts, id: null }] : sorted;
}

function cellText(program: Program, id: CellId, names: PrivateNames, show: string): string {
  const { title, options } = program.cells.get(id)!;
  const above = program.ancestors(id).find((up) => program.cells.get(up)!.options.disabled);
  const source = program.cells.get(id)!.source.trim();
  if (options.disabled || above !== undefined) return comment(`${title}\n(disabled)\n${source}`);
  const text = shown(names.apart(source), show);
  return [title ? `// ${title}` : '', text].filter(Boolean).join('\n');
}

/** The text with its last expression handed to `show`, ending so that nothing can go on with it. */
function shown(text: string, show: string): string {
  const { lastExpression } = analyzeCell(text);
  if (!lastExpression) return /[;}]$/.test(text) || text === '' ? text : `${text}\n;`;
  const { start, end } = lastExpression;
  const before = text.slice(0, start).replace(/export\s+default\s+$/, '');
  return `${before}${show}(${text.slice(start, end)});${text.slice(end).replace(/^;/, '')}`.trimEnd();
}

/** What the module imports for itself: `display`, and `sql` where only SQL cells speak of it. */
function imports(program: Program, code: string, show: string): string[] {
  const bound = program.order.flatMap((id) => program.analysis(id).imports.flatMap(({ bindings }) => bindings));
  const has = (local: string) => bound.some((binding) => binding.local === local);
  const needsSql = [...program.cells.values()].some(({ kind }) => kind === 'sql') && !has('sql');
  const needsShow = code.includes(`${show}(`) && !has(show);
  const wanted = [
    ...(needsShow ? [show === 'display' ? show : `display as ${show}`] : []),
    ...(needsSql ? ['sql'] : []),
  ];
  return wanted.length ? [`import { ${wanted.join(', ')} } from 'memoir';`] : [];
}

/** Names that every cell finds in scope, for a module that is run once. */
function inScope(program: Program): string[] {
  const used = new Set(program.order.flatMap((id) => program.analysis(id).references.map(({ name }) => name)));
  const declared = { signal: 'new AbortController().signal', invalidation: 'new Promise<void>(() => {})' };
  return Object.entries(declared)
    .filter(([name]) => used.has(name) && !programDeclares(program, name))
    .map(([name, value]) => `const ${name} = ${value};`);
}

function programDeclares(program: Program, name: string): boolean {
  return program.order.some((id) => exportedNames(program.analysis(id)).includes(name));
}

/** Tells names apart that several cells keep to themselves. */
class PrivateNames {
  readonly #taken = new Set<string>();

  apart(source: string): string {
    const own = analyzeCell(source)
      .declarations.filter((one) => one.private)
      .map(({ name }) => name);
    let text = source;
    for (const name of new Set(own)) {
      let free = name;
      for (let number = 2; this.#taken.has(free); number += 1) free = `${name}${number}`;
      if (free !== name) text = renameInCell(text, name, free) ?? text;
      this.#taken.add(free);
    }
    return text;
  }
}

function comment(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `// ${line}`.trimEnd())
    .join('\n');
}
