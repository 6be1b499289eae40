import type { CellId } from '../protocol/kernel.ts';
import { type Backgrounds, shapeChange, shapeOf } from './background.ts';
import { type Circumstances, type Components, keyOf, moduleComponents, staticComponents } from './cellKey.ts';
import type { CellState, Reason } from './cellRun.ts';
import type { CompiledCell } from './compile.ts';
import { type Detail, differingComponents, explainComponents, explainRead, reason } from './explain.ts';
import type { ModuleDigests } from './moduleDigests.ts';
import type { Program, ProgramCell } from './program.ts';
import { type Background, type CellRecord, exportDigest, type Shapes } from './record.ts';
import type { LastRecord, Records, RecordTier } from './records.ts';
import { type Traced, traceOf } from './trace.ts';

export interface LookupOptions {
  readonly records: Records;
  readonly backgrounds: Backgrounds;
  readonly modules: ModuleDigests;
  readonly circumstances: () => Promise<Circumstances>;
  /** False neither looks up nor keeps anything beyond this session. */
  readonly useCache: boolean;
  /** Identifies this session: impure results hold only in the one that made them. */
  readonly session: string;
  /** How long results of cells count that say nothing else, in milliseconds; null for no limit. */
  readonly defaultTtlMs: () => number | null;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

type StateOf = (id: CellId) => CellState;

/** What is known of a cell under its present key. */
export interface Found {
  readonly record: CellRecord;
  readonly tier: RecordTier;
  /** Whether it may be taken for the cell's result; an impure one of another session may not. */
  readonly holds: boolean;
}

/** The present key of a cell, with what it is made of. */
export interface CellKey {
  readonly key: string;
  readonly components: Components;
}

/** Finds the records of cells, judges whether they still hold, and says why they do not. */
export class Lookup {
  readonly #options: LookupOptions;
  /** The last key of each cell, and all that it was made from beside the compiled cell. */
  readonly #keys = new WeakMap<CompiledCell, { readonly facts: readonly unknown[]; readonly key: CellKey }>();

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  /** The cell's static key as things are now; all its inputs must have a result. */
  async key(program: Program, id: CellId, stateOf: StateOf): Promise<CellKey> {
    const [compiled, circumstances, modules] = await Promise.all([
      program.compile(id),
      this.#options.circumstances(),
      moduleComponents(program.modules(id), this.#options.modules),
    ]);
    const { options: cell } = program.cells.get(id)!;
    const taken = program.inputs(id);
    const digests = taken.map(({ name, cell: from }) => exportDigest(stateOf(from).record!, name));
    const facts = [circumstances, cell.name, cell.cache.key, ...digests, ...Object.values(modules)];
    const known = this.#keys.get(compiled);
    if (known?.facts.every((fact, i) => fact === facts[i])) return known.key;
    const inputs = Object.fromEntries(taken.map(({ name }, i) => [name, digests[i]!]));
    const { codeDigest } = compiled;
    const components = staticComponents(
      { cell, codeDigest, inputs, modules, imports: program.imports(id) },
      circumstances,
    );
    const key = { key: keyOf('cell', components), components };
    this.#keys.set(compiled, { facts, key });
    return key;
  }

  /** Whether a result that is shown may stay. `asked`: a person asked for this very cell. */
  async isCurrent(program: Program, id: CellId, record: CellRecord, key: string, asked: boolean): Promise<boolean> {
    if (record.staticKey !== key || !this.#holds(program, id, record)) return false;
    if (asked && runsWhenAsked(program, id, record)) return false;
    return (await this.#options.records.changedRead(record)) === null;
  }

  /** Whether a result depends on nothing outside the notebook, and lasts. */
  isWithin(program: Program, id: CellId, record: CellRecord): boolean {
    return this.#ttlMs(program, id) === null && !record.reads.length && !program.modules(id).length;
  }

  /** The record under `key`, from the cache or, without one, from this session. */
  async find(program: Program, id: CellId, own: CellRecord | null, key: string, asked: boolean): Promise<Found | null> {
    const { cache } = program.cells.get(id)!.options;
    const found =
      this.#options.useCache && cache.mode !== 'off'
        ? await this.#options.records.find(key)
        : await this.#own(own, key);
    if (!found) return null;
    const holds = this.#holds(program, id, found.record) && !(asked && runsWhenAsked(program, id, found.record));
    return { ...found, holds };
  }

  /**
   * Keeps a finished run, unless the cell or the session keeps nothing, or what it read has changed since.
   * @returns false when a module was edited while it ran: then nobody knows which text it ran with
   */
  async keep(program: Program, id: CellId, record: CellRecord, stateOf: StateOf): Promise<boolean> {
    const modules = await moduleComponents(program.modules(id), this.#options.modules);
    if (Object.entries(modules).some(([name, digest]) => record.components[name] !== digest)) return false;
    const cell = program.cells.get(id)!;
    const { cache } = cell.options;
    if (!this.#options.useCache || cache.mode === 'off') return true;
    if (await this.#options.records.changedRead(record)) return true;
    const inputs = shapesOf(program, id, stateOf);
    const background = await this.#options.backgrounds.take(program, id, inputs, cache.persist);
    await this.#options.records.save(record, {
      reference: program.reference(id),
      name: nameOf(cell),
      background,
      persist: cache.persist,
    });
    return true;
  }

  /** Brings the values of a run here that another machine of the team made. */
  fetchValues(record: CellRecord): Promise<void> {
    return this.#options.records.fetchValues(record);
  }

  /** What a run of a cell read, for its record, and whether modules are still what it ran with. */
  trace(program: Program, id: CellId, ran: Traced): ReturnType<typeof traceOf> {
    return traceOf(ran, program.modules(id), this.#options.modules);
  }

  /** The modules of a cell that a kernel cannot load anew, with their digests. */
  pinned(program: Program, id: CellId): Promise<Readonly<Record<string, string>>> {
    return this.#options.modules.pinned(program.modules(id));
  }

  /** The record of the cell's last run, also of another session; it need not hold. */
  async last(program: Program, id: CellId): Promise<LastRecord | null> {
    return this.#options.useCache ? this.#options.records.last(program.reference(id)) : null;
  }

  /** Why the cell has to run, against the nearest run before. */
  async explain(
    program: Program,
    id: CellId,
    { now, nearest, stateOf, failed }: { now: CellKey; nearest: CellRecord | null; stateOf: StateOf; failed: boolean },
  ): Promise<Reason> {
    const latest = await this.last(program, id);
    const last = nearest ?? latest;
    if (!last) return reason(failed ? 'its last run failed' : 'first run');
    if (last.staticKey !== now.key) {
      const background = latest?.staticKey === last.staticKey ? latest.background : undefined;
      const [first] = differingComponents(last.components, now.components);
      const inputs = shapesOf(program, id, stateOf);
      const detail = background && first ? await this.#detail(program, id, { first, background, inputs }) : null;
      return explainComponents(last.components, now.components, detail);
    }
    const read = await this.#options.records.changedRead(last);
    if (read) return explainRead(read);
    if (this.#isTooOld(program, id, last)) return reason('its time to live is over');
    if (!last.impure.length) return reason('its result was not kept');
    const where =
      last.session === this.#options.session ? 'and was asked to run again' : 'and last ran in another session';
    return reason(`it depends on ${last.impure.join(', ')} ${where}`);
  }

  /** What exactly changed of the component that matters most. */
  async #detail(
    program: Program,
    id: CellId,
    { first, background, inputs }: { first: string; background: Background; inputs: Shapes },
  ): Promise<Detail | null> {
    const [kind, name = ''] = splitOnce(first);
    if (kind === 'input') {
      const change = shapeChange(background.inputs[name], inputs[name]);
      return change === null ? null : { text: `\`${name}\` changed: ${change}` };
    }
    if (kind !== 'code' && kind !== 'module') return null;
    const change = await this.#options.backgrounds.textChange(background, program, id, kind === 'code' ? null : name);
    return change && { text: `${change.where} of ${change.of} ${change.verb}`, diff: change.diff };
  }

  async #own(own: CellRecord | null, key: string) {
    if (own?.staticKey !== key || (await this.#options.records.changedRead(own))) return null;
    return { record: own, tier: 'memory' as const };
  }

  #ttlMs(program: Program, id: CellId): number | null {
    return program.cells.get(id)!.options.cache.ttlMs ?? this.#options.defaultTtlMs();
  }

  #isTooOld(program: Program, id: CellId, { createdAt }: CellRecord): boolean {
    const ttlMs = this.#ttlMs(program, id);
    return ttlMs !== null && this.#options.clock() - createdAt >= ttlMs;
  }

  #holds(program: Program, id: CellId, record: CellRecord): boolean {
    const { cache } = program.cells.get(id)!.options;
    if (this.#isTooOld(program, id, record)) return false;
    if (cache.ttlMs !== null) return true;
    return record.impure.length === 0 || cache.mode === 'always' || record.session === this.#options.session;
  }
}

function shapesOf(program: Program, id: CellId, stateOf: StateOf): Shapes {
  const shapes = program.inputs(id).flatMap(({ name, cell }) => {
    const info = stateOf(cell).record?.exports.find((one) => one.name === name);
    return info ? [[name, shapeOf(info)]] : [];
  });
  return Object.fromEntries(shapes);
}

/** `module ./a b.ts` → `module` and `./a b.ts`. */
function splitOnce(component: string): [kind: string, name?: string] {
  const at = component.indexOf(' ');
  return at < 0 ? [component] : [component.slice(0, at), component.slice(at + 1)];
}

function runsWhenAsked(program: Program, id: CellId, record: CellRecord): boolean {
  const { cache } = program.cells.get(id)!.options;
  return cache.mode === 'off' || (record.impure.length > 0 && cache.mode === 'auto' && cache.ttlMs === null);
}

/** The title of a cell, or how its code begins. */
function nameOf({ title, source }: ProgramCell): string {
  return title || (source.trim().split('\n')[0] ?? '').slice(0, 40);
}
