import { isDeepStrictEqual } from 'node:util';
import type { CellId } from '../protocol/kernel.ts';
import type { Cell } from './cell.ts';
import { type CellCode, type CompiledCell, compileCell, type ImportBinding } from './compile.ts';
import { ancestors, buildGraph, descendants, type Graph, type GraphNode, updateGraph } from './graph.ts';
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

/** How many cells are compiled before their turn. */
const AHEAD = 8;

/** Names that every cell finds in scope without declaring them. */
const IN_SCOPE = ['signal', 'invalidation'];

/** The cells of a notebook, analysed, and the graph between them. */
export class Program {
  readonly cells: ReadonlyMap<CellId, ProgramCell>;
  readonly graph: Graph;
  readonly #analyses: ReadonlyMap<CellId, CellAnalysis>;
  /** What was compiled for this program and those before it, by all that counts. */
  readonly #compiled: Map<string, Promise<CompiledCell>>;
  readonly #ofCell = new Map<CellId, Promise<CompiledCell>>();
  readonly #changed: CellId[] = [];
  /** Between these places in the order, compiling has begun. */
  readonly #begun = { from: 0, to: 0 };
  #places: Map<CellId, number> | null = null;
  #bySource: Map<string, CellAnalysis> | null = null;

  private constructor(cells: readonly ProgramCell[], before: Program | null) {
    this.cells = new Map(cells.map((cell) => [cell.id, cell]));
    const known = (id: CellId, source: string) => (before ? before.#known(id, source) : undefined);
    this.#analyses = new Map(cells.map(({ id, source }) => [id, known(id, source) ?? analyzeCell(source)]));
    this.#compiled = before ? before.#compiled : new Map();
    const nodes = cells.map(({ id, label }) => ({ id, label, analysis: this.analysis(id) }));
    this.graph = before ? updateGraph(nodes, before.graph) : buildGraph(nodes);
    this.#compare(before);
  }

  /** The program of `cells` in page order; cells that `before` has with the same text are not parsed again. */
  static of(cells: readonly ProgramCell[], before?: Program): Program {
    return new Program(cells, before ?? null);
  }

  analysis(id: CellId): CellAnalysis {
    return this.#analyses.get(id)!;
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
    for (; begun.to < Math.min(from + AHEAD, this.order.length); begun.to += 1)
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

  /** What is known of a text, preferably of the same cell. */
  #known(id: CellId, source: string): CellAnalysis | undefined {
    if (this.cells.get(id)?.source === source) return this.analysis(id);
    this.#bySource ??= new Map([...this.cells.values()].map((cell) => [cell.source, this.analysis(cell.id)]));
    return this.#bySource.get(source);
  }

  /** Finds what changed; cells that mean what they did keep their code. */
  #compare(before: Program | null): void {
    for (const id of this.order) {
      if (!before || !this.means(id, before)) {
        this.#changed.push(id);
        continue;
      }
      const compiled = before.#ofCell.get(id);
      if (compiled) this.#ofCell.set(id, compiled);
    }
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

function sameLinks(now: GraphNode, then: GraphNode): boolean {
  return (
    now.inputs.length === then.inputs.length &&
    now.inputs.every(({ name, from }, i) => name === then.inputs[i]!.name && from === then.inputs[i]!.from) &&
    isDeepStrictEqual(now.uses, then.uses) &&
    now.errors.map(({ message }) => message).join() === then.errors.map(({ message }) => message).join()
  );
}
