import { types } from 'node:util';
import type { CellId, RunReply, RunRequest } from '../protocol/kernel.ts';
import type { ChangeCheck } from './changeCheck.ts';
import type { HiddenState } from './hiddenState.ts';

/** One exported value, and what is known of its content. */
export interface LiveExport {
  readonly cell: CellId;
  readonly name: string;
  readonly value: unknown;
  /** Content digest; null with the reason where the value cannot be encoded. */
  readonly digest: string | null;
  readonly reason: string | null;
  /** The encoded value, until it is decided whether to keep it. */
  bytes: Uint8Array | null;
  readonly size: number;
  /** The objects that the value is made of, by their number in the encoding; those of other exports are not among them. */
  readonly objects: readonly object[];
  /** Exports of other cells that the value points into. */
  readonly refs: ReadonlySet<string>;
  readonly check: ChangeCheck | null;
}

/** A cell's exports by name. */
export type Live = Map<string, LiveExport>;

/** How the live values of a cell were made. */
export interface Made {
  readonly inputs: RunRequest['inputs'];
  readonly hidden: HiddenState | null;
}

type AllLive = ReadonlyMap<CellId, Live>;
type AllMade = ReadonlyMap<CellId, Made>;

/**
 * What the run that was given `inputs` changed of all it could reach, and the cells whose values are not as they were or
 * may hold on to such. What only functions of a cell can see is theirs to change.
 */
export function changesOf(
  inputs: RunRequest['inputs'],
  live: AllLive,
  made: AllMade,
): Pick<RunReply, 'mutated' | 'dropped'> {
  const { values, makers } = reach(inputs, live, made);
  const mutated = values.filter(({ check }) => check?.isChanged());
  const usedUp = values.filter(({ digest, value }) => digest === null && isUsedUp(value));
  const spoilt = [...makers].filter((cell) => made.get(cell)?.hidden?.isChanged() || isChanged(live.get(cell)));
  return {
    mutated: mutated.map(({ name, cell, value }) => ({ name, cell, advice: adviceFor(name, value) })),
    dropped: withHolders([...mutated, ...usedUp].map(({ cell }) => cell).concat(spoilt), live, made),
  };
}

/**
 * All values that lead from `inputs`: what they point into, and what went into those that nobody can look into, such as
 * functions; and the cells that made these.
 */
function reach(inputs: RunRequest['inputs'], live: AllLive, made: AllMade) {
  const values = new Set<LiveExport>();
  const makers = new Set<CellId>();
  const all = () => [...live.values()].flatMap((exports) => [...exports.values()]);
  const given = (taken: RunRequest['inputs']) => taken.flatMap(({ name, cell }) => live.get(cell)?.get(name) ?? []);
  const pending = given(inputs);
  for (let one = pending.pop(); one; one = pending.pop()) {
    if (values.has(one)) continue;
    values.add(one);
    const { refs } = one;
    if (refs.size) pending.push(...all().filter(({ digest }) => digest !== null && refs.has(digest)));
    if (one.digest !== null || makers.has(one.cell)) continue;
    makers.add(one.cell);
    pending.push(...given(made.get(one.cell)?.inputs ?? []));
  }
  return { values: [...values], makers };
}

function isChanged(exports: Live | undefined): boolean {
  return [...(exports?.values() ?? [])].some(({ check }) => check?.isChanged());
}

/** Cells, and all whose values may hold on to theirs. */
function withHolders(cells: readonly CellId[], live: AllLive, made: AllMade): CellId[] {
  const found = new Set(cells);
  for (const cell of found) {
    const digests = [...(live.get(cell)?.values() ?? [])].map(({ digest }) => digest);
    for (const [other, exports] of live) {
      const taken = made.get(other)?.inputs.some((input) => input.cell === cell);
      const refers = () =>
        [...exports.values()].some(({ refs }) => digests.some((one) => one !== null && refs.has(one)));
      if (taken || refers()) found.add(other);
    }
  }
  return [...found];
}

/** Whether reading a value takes from it: a generator, an iterator, a stream that was read. */
function isUsedUp(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  if (types.isGeneratorObject(value) || ('readableDidRead' in value && value.readableDidRead)) return true;
  return (
    'next' in value && typeof value.next === 'function' && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function adviceFor(name: string, value: unknown): string {
  return Array.isArray(value)
    ? `use \`${name}.toSorted(…)\`, \`[...${name}, …]\` or another copy instead`
    : `copy it first, for example with \`structuredClone(${name})\``;
}
