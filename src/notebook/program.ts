import { isDeepStrictEqual } from 'node:util';
import type { CellId } from '../protocol/kernel.ts';
import type { Cell } from './cell.ts';
import { type CellCode, type CompiledCell, compileCell, type ImportBinding } from './compile.ts';
import { ancestors, buildGraph, descendants, type Graph, type GraphNode, updateGraph } from './graph.ts';
import type { GraphCell } from './graphNames.ts';
import { analyzeCell, type CellAnalysis } from './parse.ts';

/** A cell as the engine gets it from a document or an editor; Markdown cells are not part of a program. */
export interface ProgramCell {
  readonly id: CellId;
  readonly kind: 'code' | 'sql';
  readonly title: string;
  /** What stands for the cell in messages: its title, or `cell 3`. */
  readonly label: string;
  /** Its TypeScript; of an SQL cell the whole statement. */
  readonly source: string;
  readonly options: Cell;
  /** What is wrong with its options, in sentences. */
  readonly problems: readonly string[];
}

/** How many cells are compiled before their turn, as a notebook that is opened wants all: esbuild is quicker with many at a time. */
const COMPILED_AHEAD = 128;
/** Of how many the code is made as well, when one above them runs. */
const AHEAD = 8;

/** Names that every cell finds in scope without declaring them. */
const IN_SCOPE = ['signal', 'invalidation'];

/** The cells of a notebook, analysed, and the graph between them. */
export class Program {
  readonly cells: ReadonlyMap<CellId, ProgramCell>;
  readonly graph: Graph;
  /** The cells, and what the graph takes of each, in page order; as in the program before for those that are the same. */
  readonly #list: readonly ProgramCell[];
  readonly #nodes: readonly GraphCell[];
  readonly #indexes: ReadonlyMap<CellId, number>;
  /** What was compiled for this program and those before it, by all that counts. */
  readonly #compiled: Map<string, Promise<CompiledCell>>;
  readonly #ofCell: Map<CellId, Promise<CompiledCell>>;
  readonly #changed: readonly CellId[];
  /** Between these places in the order, compiling has begun. */
  readonly #begun = { from: 0, to: 0 };
  #places: Map<CellId, number> | null = null;
  #bySource: Map<string, CellAnalysis> | null = null;

  private constructor(cells: readonly ProgramCell[], before: Program | null) {
    const sameIds = before?.hasIdsOf(cells) ? before : null;
    this.#list = cells;
    this.#indexes = sameIds ? sameIds.#indexes : new Map(cells.map(({ id }, index) => [id, index]));
    this.#nodes = cells.map((cell, i) =>
      before && cell === before.#list[i] ? before.#nodes[i]! : nodeOf(cell, before, !sameIds),
    );
    this.cells = sameIds ? sameIds.#cellsWith(cells) : new Map(cells.map((cell) => [cell.id, cell]));
    this.#compiled = before ? before.#compiled : new Map();
    this.graph = before ? updateGraph(this.#nodes, before.graph) : buildGraph(this.#nodes);
    if (before && this.graph === before.graph) this.#places = before.#places;
    this.#changed = this.#changedSince(before);
    this.#ofCell = new Map(before ? before.#ofCell : []);
    for (const id of this.#changed) this.#ofCell.delete(id);
    if (!sameIds) for (const id of this.#ofCell.keys()) if (!this.cells.has(id)) this.#ofCell.delete(id);
  }

  /** The program of `cells` in page order; cells that `before` has with the same text are not parsed again. */
  static of(cells: readonly ProgramCell[], before?: Program): Program {
    return new Program(cells, before ?? null);
  }

  analysis(id: CellId): CellAnalysis {
    return this.#nodes[this.#indexes.get(id)!]!.analysis;
  }

  /** All cells in dependency order, ties by place on the page. */
  get order(): readonly CellId[] {
    return this.graph.order as readonly CellId[]; // the graph was built from CellIds
  }

  /** Cells that mean something else than in the program before this one. */
  get changed(): readonly CellId[] {
    return this.#changed;
  }

  upstream(id: CellId): readonly CellId[] {
    return this.graph.cell(id).upstream as readonly CellId[];
  }

  downstream(id: CellId): readonly CellId[] {
    return this.graph.cell(id).downstream as readonly CellId[];
  }

  /** The names a cell takes from other cells. */
  inputs(id: CellId): { name: string; cell: CellId }[] {
    return this.graph.cell(id).inputs.map(({ name, from }) => ({ name, cell: from as CellId }));
  }

  /** The cells whose values a cell takes. */
  producers(id: CellId): CellId[] {
    return [...new Set(this.inputs(id).map(({ cell }) => cell))];
  }

  /** What names a cell across sessions, for explanations: its name, what it declares, or its label. */
  reference(id: CellId): string {
    const { options, label } = this.cells.get(id)!;
    const declared = this.analysis(id).declarations.filter(({ kind }) => kind !== 'import' && kind !== 'type');
    return options.name ?? (declared.map(({ name }) => name).join(',') || label);
  }

  /** Whether a cell means what it does in another program: by its code, options, what it is linked to, its mistakes. */
  means(id: CellId, other: Program): boolean {
    const [cell, there] = [this.cells.get(id), other.cells.get(id)];
    if (!cell || !there) return cell === there;
    return (
      cell.source === there.source &&
      isDeepStrictEqual(cell.options, there.options) &&
      isDeepStrictEqual(cell.problems, there.problems) &&
      (this.graph === other.graph || sameLinks(this.graph.cell(id), other.graph.cell(id)))
    );
  }

  /** Cells that must have run before `ids` can, in dependency order. */
  ancestors(...ids: readonly CellId[]): readonly CellId[] {
    return ancestors(this.graph, ...ids) as CellId[]; // the graph was built from CellIds
  }

  /** Cells that depend on `ids`, directly or not, in dependency order. */
  descendants(...ids: readonly CellId[]): readonly CellId[] {
    return descendants(this.graph, ...ids) as CellId[]; // the graph was built from CellIds
  }

  /** The place of a cell in the order; after all others when it is gone. */
  place(id: CellId): number {
    this.#places ??= new Map(this.order.map((one, place) => [one, place]));
    return this.#places.get(id) ?? Number.POSITIVE_INFINITY;
  }

  /** What stands for a cell in messages. */
  label(id: CellId): string {
    return this.cells.get(id)?.label ?? 'a cell that is gone';
  }

  /** Imported names that `id` uses, wherever the import stands. */
  imports(id: CellId): readonly ImportBinding[] {
    const uses = this.graph.cell(id).uses;
    const needsSql = this.cells.get(id)?.kind === 'sql' && !uses.some(({ local }) => local === 'sql');
    return needsSql ? [...uses, { local: 'sql', specifier: 'memoir', imported: 'sql' }] : uses;
  }

  /** The modules that a cell's result depends on: behind names it uses, imported for their effects, loaded while it runs. */
  modules(id: CellId): string[] {
    const { imports, dynamicImports } = this.analysis(id);
    const all = [...this.imports(id), ...imports.filter(({ sideEffectOnly }) => sideEffectOnly), ...dynamicImports];
    return [...new Set(all.map(({ specifier }) => specifier))];
  }

  /** Starts compiling the cells that come next, so that nobody waits for each in turn. */
  compileAhead(id: CellId): void {
    const from = this.place(id) + 1;
    const begun = this.#begun;
    if (from < begun.from || from > begun.to) begun.from = begun.to = from;
    for (; begun.to < Math.min(from + COMPILED_AHEAD, this.order.length); begun.to += 1)
      this.compile(this.order[begun.to]!).catch(() => {}); // its own turn tells
  }

  /** A cell's code; that of the cells that come next is made as well, as they will probably run too. */
  async code(id: CellId): Promise<CellCode> {
    const code = (await this.compile(id)).code();
    for (const next of this.#after(id)) {
      this.compile(next)
        .then((compiled) => compiled.code())
        .catch(() => {}); // its own turn tells
    }
    return code;
  }

  compile(id: CellId): Promise<CompiledCell> {
    const known = this.#ofCell.get(id) ?? this.#compileAnew(id);
    this.#ofCell.set(id, known);
    return known;
  }

  /** Whether these are its cells, as far as their ids tell. */
  hasIdsOf(cells: readonly ProgramCell[]): boolean {
    return cells.length === this.#list.length && cells.every(({ id }, index) => id === this.#list[index]!.id);
  }

  /** What is known of a text in a cell, or else in any. */
  known(id: CellId, source: string, inAny: boolean): CellAnalysis | undefined {
    if (this.cells.get(id)?.source === source) return this.analysis(id);
    if (!inAny) return undefined;
    this.#bySource ??= new Map(this.#list.map((cell, index) => [cell.source, this.#nodes[index]!.analysis]));
    return this.#bySource.get(source);
  }

  /** The cells by id, with others in the places of some. */
  #cellsWith(cells: readonly ProgramCell[]): ReadonlyMap<CellId, ProgramCell> {
    const all = new Map(this.cells);
    cells.forEach((cell, index) => {
      if (cell !== this.#list[index]) all.set(cell.id, cell);
    });
    return all;
  }

  /** The cells that do not mean what they did, in dependency order. */
  #changedSince(before: Program | null): readonly CellId[] {
    if (!before) return this.order;
    if (this.graph !== before.graph) return this.order.filter((id) => !this.means(id, before));
    const others = this.#list.filter((cell, index) => cell !== before.#list[index]); // it has the same cells
    const changed = others.map(({ id }) => id).filter((id) => !this.means(id, before));
    return changed.length > 1 ? changed.sort((a, b) => this.place(a) - this.place(b)) : changed;
  }

  #after(id: CellId): readonly CellId[] {
    const from = this.place(id) + 1;
    return this.order.slice(from, from + AHEAD);
  }

  #compileAnew(id: CellId): Promise<CompiledCell> {
    const { source, label } = this.cells.get(id)!;
    const analysis = this.analysis(id);
    const imports = this.imports(id).map(({ local, specifier, imported, attributes = null }) => ({
      local,
      specifier,
      imported,
      attributes,
    }));
    const linked = this.graph.cell(id).inputs.map(({ name }) => name);
    const free = new Set(analysis.references.map(({ name }) => name));
    const inputs = [...linked, ...IN_SCOPE.filter((name) => free.has(name) && !linked.includes(name))];
    const key = JSON.stringify([source, imports, inputs]);
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      compiled = compileCell({ source, analysis, name: label, imports, inputs });
      this.#compiled.set(key, compiled);
      if (this.#compiled.size > 2 * this.cells.size + 20) this.#compiled.delete(this.#compiled.keys().next().value!);
    }
    return compiled;
  }
}

/** What the graph takes of a cell. Where cells came or went, ids may have moved on, and a text is looked for everywhere. */
function nodeOf({ id, label, source }: ProgramCell, before: Program | null, moved: boolean): GraphCell {
  return { id, label, analysis: before?.known(id, source, moved) ?? analyzeCell(source) };
}

function sameLinks(now: GraphNode, then: GraphNode): boolean {
  return (
    now.inputs.length === then.inputs.length &&
    now.inputs.every(({ name, from }, i) => name === then.inputs[i]!.name && from === then.inputs[i]!.from) &&
    isDeepStrictEqual(now.uses, then.uses) &&
    now.errors.map(({ message }) => message).join() === then.errors.map(({ message }) => message).join()
  );
}
