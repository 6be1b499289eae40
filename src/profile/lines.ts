import type { CodeOrigin, CpuCosts, FunctionCost, LineCost } from '../protocol/profileResult.ts';
import type { ProfileModel } from './model.ts';
import type { ModelFrame } from './nodeReader.ts';
import { isPackage, type Sources } from './sources.ts';
import { shareMargin } from './statistics.ts';

/** Fewer ticks than this say nothing about a line or function. */
const FEWEST_TICKS = 10;

interface Ticks {
  self: number;
  total: number;
}

/**
 * Self and total cost by line and by function. In recursion a line or function counts once per stack.
 * A line's total includes what was called from it: the line is known from the profile where calls were marked, else from
 * the text; what remains ambiguous is shared out evenly among the lines in question.
 * @param cpuMsPerCall CPU milliseconds of one call, of which the ticks are shares
 */
export function costsOf(
  model: ProfileModel,
  sources: Sources,
  calls: number,
  intervalUs: number,
  cpuMsPerCall: number,
): CpuCosts {
  const { lines, functions } = new Tally(model, sources).count();
  const priced = ({ self, total }: Ticks, origin: CodeOrigin) => ({
    ticks: Math.round(self),
    selfMs: (self / model.ticks) * cpuMsPerCall,
    totalMs: (total / model.ticks) * cpuMsPerCall,
    percent: (self / model.ticks) * 100,
    plusMinus: shareMargin(self, model.ticks) * 100,
    origin,
  });
  const lineCosts = [...lines].flatMap(([key, ticks]): LineCost[] => {
    const at = key.lastIndexOf(':');
    const file = key.slice(0, at);
    const line = Number(key.slice(at + 1));
    return ticks.total < FEWEST_TICKS ? [] : [{ file, line, ...priced(ticks, isPackage(file) ? 'package' : 'own') }];
  });
  const functionCosts = [...functions].flatMap(([{ name, file, line, origin }, ticks]): FunctionCost[] =>
    ticks.total < FEWEST_TICKS
      ? []
      : [{ name, file, line, ...priced(ticks, origin), totalPercent: (ticks.total / model.ticks) * 100 }],
  );
  const byCost = (a: LineCost | FunctionCost, b: LineCost | FunctionCost) => b.ticks - a.ticks || b.totalMs - a.totalMs;
  return {
    ticks: model.ticks,
    intervalUs,
    calls,
    lines: lineCosts.sort(byCost),
    functions: functionCosts.sort(byCost),
  };
}

/** Counts ticks in one walk down the tree. */
class Tally {
  readonly #model: ProfileModel;
  readonly #sources: Sources;
  readonly #lines = new Map<string, Ticks>();
  readonly #functions = new Map<ModelFrame, Ticks>();

  constructor(model: ProfileModel, sources: Sources) {
    this.#model = model;
    this.#sources = sources;
  }

  count(): { lines: ReadonlyMap<string, Ticks>; functions: ReadonlyMap<ModelFrame, Ticks> } {
    const { parent } = this.#model;
    /** Per node, the lines that its stack stands on, each with the share in which it is this very line. */
    const standing: ReadonlyMap<string, number>[] = [new Map()];
    const stacks: ReadonlySet<ModelFrame>[] = [new Set()];
    /** Per node of the runtime, the lines on whose behalf it works; empty for code that has lines of its own. */
    const behalf: ReadonlyMap<string, number>[] = [NOBODY];
    for (let node = 1; node < parent.length; node++) {
      const above = parent[node]!;
      const calledFrom = this.#callLines(above, node);
      standing[node] = calledFrom.size ? merged(standing[above]!, calledFrom) : standing[above]!;
      stacks[node] = new Set(stacks[above]).add(this.#frame(node));
      this.#countFunctions(node, stacks[node]!);
      const worksFor = calledFrom.size ? calledFrom : behalf[above]!;
      const payers = isRuntime(this.#frame(node)) ? worksFor : NOBODY;
      behalf[node] = payers;
      this.#countLines(node, standing[node]!, payers);
    }
    return { lines: this.#lines, functions: this.#functions };
  }

  #countFunctions(node: number, stack: ReadonlySet<ModelFrame>): void {
    const ticks = this.#model.selfTicks[node]!;
    if (!ticks) return;
    entry(this.#functions, this.#frame(node)).self += ticks;
    for (const frame of stack) entry(this.#functions, frame).total += ticks;
  }

  #countLines(node: number, standing: ReadonlyMap<string, number>, payers: ReadonlyMap<string, number>): void {
    const ownLines = this.#model.lines[node]!;
    const ticks = this.#model.selfTicks[node]!;
    for (const { file, line, ticks } of ownLines) {
      const key = `${file}:${line}`;
      entry(this.#lines, key).self += ticks;
      entry(this.#lines, key).total += ticks * (1 - (standing.get(key) ?? 0));
    }
    for (const [key, share] of standing) entry(this.#lines, key).total += ticks * share;
    for (const [key, share] of payers) entry(this.#lines, key).self += ticks * share;
  }

  /** The lines of the caller that a node was called from, and with which share. */
  #callLines(above: number, node: number): ReadonlyMap<string, number> {
    const known = this.#model.calledFrom[node];
    if (known) return new Map([[`${known.file}:${known.line}`, 1]]);
    const caller = this.#frame(above);
    if (!caller.info || !caller.file) return new Map();
    const lines = this.#sources.callLines(caller.file, caller.info, this.#frame(node));
    return new Map(lines.map((line) => [`${caller.file}:${line}`, 1 / lines.length]));
  }

  #frame(node: number): ModelFrame {
    return this.#model.frames[this.#model.frame[node]!]!;
  }
}

const NOBODY: ReadonlyMap<string, number> = new Map();

/** Built-in code and Node's own have no lines that anybody could change: what they do counts for the line that called them. */
function isRuntime({ origin }: ModelFrame): boolean {
  return origin === 'native' || origin === 'node';
}

function merged(above: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const all = new Map(above);
  for (const [key, share] of own) all.set(key, Math.max(share, all.get(key) ?? 0));
  return all;
}

function entry<K>(map: Map<K, Ticks>, key: K): Ticks {
  const ticks = map.get(key) ?? { self: 0, total: 0 };
  map.set(key, ticks);
  return ticks;
}
