import type { FlameFrame, FlameModel, ProfileResult, StackDifference } from '../protocol/profileResult.ts';

/** A profile with its stacks. */
export interface ProfiledStacks {
  readonly result: ProfileResult;
  readonly flame: FlameModel;
}

/** The stacks of two profiles as one tree, with the milliseconds per call that each stack itself took in both. */
export function stackDifference(before: ProfiledStacks, after: ProfiledStacks): StackDifference {
  const tree = new JoinedTree();
  for (const [side, { result, flame }] of [before, after].entries()) {
    const msPerTick = msPerTickOf(result);
    const at = new Int32Array(flame.parent.length);
    for (let node = 0; node < at.length; node++) {
      const frame = flame.frames[flame.frame[node]!]!;
      at[node] = node === 0 ? tree.root(frame) : tree.child(at[flame.parent[node]!]!, frame, keyOf(frame, result));
      tree.add(at[node]!, side as 0 | 1, flame.selfTicks[node]! * msPerTick); // of two sides
    }
  }
  return tree.finish();
}

class JoinedTree {
  readonly #frames: FlameFrame[] = [];
  readonly #frameOf = new Map<string, number>();
  readonly #children = new Map<string, number>();
  readonly #parent: number[] = [];
  readonly #frame: number[] = [];
  readonly #self: readonly [number[], number[]] = [[], []];

  root(frame: FlameFrame): number {
    return this.child(-1, frame, 'root');
  }

  child(parent: number, frame: FlameFrame, key: string): number {
    const path = `${parent} ${key}`;
    const known = this.#children.get(path);
    const index = this.#frameOf.get(key) ?? this.#frames.push(frame) - 1;
    this.#frameOf.set(key, index);
    this.#frames[index] = frame; // the later profile's lines are those that can be opened
    if (known !== undefined) return known;
    const node = this.#parent.push(parent) - 1;
    this.#frame.push(index);
    for (const self of this.#self) self.push(0);
    this.#children.set(path, node);
    return node;
  }

  add(node: number, side: 0 | 1, ms: number): void {
    this.#self[side][node]! += ms;
  }

  finish(): StackDifference {
    return {
      frames: this.#frames,
      parent: Int32Array.from(this.#parent),
      frame: Int32Array.from(this.#frame),
      before: Float64Array.from(this.#self[0]),
      after: Float64Array.from(this.#self[1]),
    };
  }
}

/** What a tick is worth per call, the slowdown by sampling taken out. */
function msPerTickOf({ cpu }: ProfileResult): number {
  const functions = cpu?.functions ?? [];
  const ticks = functions.reduce((sum, one) => sum + one.ticks, 0);
  return ticks ? functions.reduce((sum, one) => sum + one.selfMs, 0) / ticks : 0;
}

/** The same function in both, also where the two were measured in different folders, as for different commits. */
export function keyOf({ name, file, origin }: FlameFrame, { target }: ProfileResult): string {
  const folder = target.file.slice(0, target.file.search(/[^\\/]*$/));
  return `${origin} ${file?.startsWith(folder) ? file.slice(folder.length) : (file ?? '')} ${name}`;
}
