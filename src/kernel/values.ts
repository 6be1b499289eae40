import { hash } from 'node:crypto';
import type { Blobs } from '../cache/blobs.ts';
import { decode, type ExternalRef, encode } from '../cache/codec.ts';
import { Encoder } from '../cache/encoder.ts';
import type { CellOutcome } from '../notebook/compile.ts';
import type { CellId, RunReply, RunRequest, ValuesRef } from '../protocol/kernel.ts';
import { changeCheck } from './changeCheck.ts';
import { changesOf, type Live, type LiveExport, type Made } from './changes.ts';
import { describeExport } from './exportInfo.ts';
import { HiddenState } from './hiddenState.ts';
import { untracked } from './run.ts';
import { whyNot } from './whyNot.ts';

/** Runs shorter than this are cheaper to repeat than to load. */
const WORTH_KEEPING_MS = 5;

/** The exported values that this kernel holds, and what is known of their content. */
export class Values {
  readonly #live = new Map<CellId, Live>();
  readonly #made = new Map<CellId, Made>();
  /** Which export an object belongs to, so that other values can point at it; only live exports count. */
  #owners = new WeakMap<object, { readonly owner: LiveExport; readonly index: number }>();
  readonly #registered = new WeakSet<LiveExport>();
  readonly #blobs: Blobs | null;

  constructor(blobs: Blobs | null) {
    this.#blobs = blobs;
  }

  /** Whether all inputs of a run are here. */
  has(wanted: RunRequest['inputs']): boolean {
    return wanted.every(({ name, cell }) => this.#live.get(cell)?.has(name));
  }

  /** The named inputs of a run as one object. */
  inputs(wanted: RunRequest['inputs']): Record<string, unknown> {
    return Object.fromEntries(wanted.map(({ name, cell }) => [name, this.#live.get(cell)?.get(name)?.value]));
  }

  /** Takes over what a run exported, and tells what is known of it. Each value is walked once. */
  adopt(
    { cell, inputs, keepValues }: AdoptRequest,
    { exports, hidden }: CellOutcome,
    ms: number,
  ): Pick<RunReply, 'exports' | 'captured'> {
    this.drop(cell);
    for (const { name, cell: producer } of inputs) this.#register(this.#live.get(producer)?.get(name));
    const keep = this.#mayKeep(keepValues, ms);
    const live: Live = new Map();
    this.#live.set(cell, live);
    for (const [name, value] of Object.entries(exports)) {
      if (isObject(value)) for (const other of live.values()) this.#register(other);
      live.set(name, this.#encode({ cell, name }, value, keep));
    }
    const isOpaque = [...live.values()].some(({ digest }) => digest === null);
    const state = hidden && isOpaque ? new HiddenState(hidden) : null;
    this.#made.set(cell, { inputs, hidden: state });
    return {
      exports: [...live.values()].map((one) => describeExport(one.name, one.value, one)),
      captured: state?.described ?? [],
    };
  }

  /** Keeps a cell's exports as one file where loading them is cheaper than the `ms` it took to compute them. */
  async keep({ cell, keepValues }: AdoptRequest, ms: number, encodeMs: number): Promise<ValuesRef | null> {
    const live = this.#live.get(cell);
    const encoded = [...(live ?? [])].map(([name, { bytes }]) => [name, bytes] as const);
    for (const one of live?.values() ?? []) one.bytes = null;
    if (!live || !this.#blobs || !encoded.length || encoded.some(([, bytes]) => bytes === null)) return null;
    if (keepValues === 'auto' && encodeMs >= ms) return null; // decoding takes about as long as encoding
    const { bytes } = encode(Object.fromEntries(encoded));
    const digest = await this.#blobs.write(bytes).catch(() => null); // the host tells of a folder that cannot be written
    if (digest === null) return null;
    const refs = [...new Set([...live.values()].flatMap((one) => [...one.refs]))];
    return { digest, bytes: bytes.byteLength, loadMs: encodeMs, refs };
  }

  /** Brings a cell's exports back from their file; false when they cannot be had. */
  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    const bytes = await this.#blobs?.read(values.digest);
    if (!bytes) return false;
    const live: Live = new Map();
    try {
      const encoded = decode(bytes) as Readonly<Record<string, Uint8Array>>; // what `keep` encoded
      for (const [name, part] of Object.entries(encoded)) live.set(name, this.#decode({ cell, name }, part, live));
    } catch {
      return false; // damaged, of another format, or it points at what is gone: the cell can be run again
    }
    this.drop(cell);
    this.#live.set(cell, live);
    return true;
  }

  /** What the run that was given `inputs` changed; what is not as it was is dropped, so that it comes back whole. */
  changed(inputs: RunRequest['inputs']): Pick<RunReply, 'mutated' | 'dropped'> {
    const changes = changesOf(inputs, this.#live, this.#made);
    for (const cell of changes.dropped) this.drop(cell);
    return changes;
  }

  drop(cell: CellId): void {
    this.#live.delete(cell);
    this.#made.delete(cell);
  }

  #mayKeep(policy: RunRequest['keepValues'], ms: number): boolean {
    return this.#blobs !== null && policy !== 'never' && (policy === 'always' || ms >= WORTH_KEEPING_MS);
  }

  #encode(place: Pick<LiveExport, 'cell' | 'name'>, value: unknown, keep: boolean): LiveExport {
    const refs = new Set<string>();
    const objects: object[] = [];
    let isWhole = true;
    const external = (object: object): ExternalRef | undefined => {
      const { owner, index } = this.#ownerOf(object) ?? {};
      if (!owner?.digest || index === undefined) return undefined;
      isWhole = false;
      if (owner.cell !== place.cell) refs.add(owner.digest);
      return { producer: owner.digest, index };
    };
    try {
      return untracked(() => {
        const onObject = (object: object) => void objects.push(object);
        const encoder = new Encoder({ external, onObject, keep, canonical: false });
        encoder.value(value);
        const size = encoder.out.length;
        const { bytes, digest } = encoder.out.finish();
        const check = changeCheck(value, size, isWhole ? digest : null);
        return { ...place, value, digest, reason: null, bytes: keep ? bytes : null, size, objects, refs, check };
      });
    } catch (error) {
      const reason = whyNot(error);
      return { ...place, value, digest: null, reason, bytes: null, size: 0, objects: [], refs, check: null };
    }
  }

  #decode(place: Pick<LiveExport, 'cell' | 'name'>, bytes: Uint8Array, own: Live): LiveExport {
    const refs = new Set<string>();
    const objects: object[] = [];
    let isWhole = true;
    const resolve = ({ producer, index }: ExternalRef): object => {
      isWhole = false;
      const owner = this.#find(producer, own);
      const object = owner?.objects[index];
      if (!object) throw new Error('What this value points at is gone.');
      if (owner.cell !== place.cell) refs.add(producer);
      return object;
    };
    const onObject = (object: object, index: number) => {
      objects[index] = object;
    };
    const value = untracked(() => decode(bytes, { resolve, onObject }));
    const digest = hash('sha256', bytes, 'hex'); // as `encode` defines it
    const check = untracked(() => changeCheck(value, bytes.length, isWhole ? digest : null));
    return { ...place, value, digest, reason: null, bytes: null, size: bytes.length, objects, refs, check };
  }

  /** The live export with this content, of the same cell if it has one. */
  #find(digest: string, own: Live): LiveExport | undefined {
    for (const live of [own, ...this.#live.values()])
      for (const one of live.values()) if (one.digest === digest) return one;
    return undefined;
  }

  /** Lets other values point at the objects of an export; done only once someone could. */
  #register(owner: LiveExport | undefined): void {
    if (!owner || this.#registered.has(owner)) return;
    this.#registered.add(owner);
    owner.objects.forEach((object, index) => {
      if (!this.#ownerOf(object)) this.#owners.set(object, { owner, index });
    });
  }

  #ownerOf(object: object): { readonly owner: LiveExport; readonly index: number } | undefined {
    const found = this.#owners.get(object);
    return found && this.#isLive(found.owner) ? found : undefined;
  }

  #isLive(one: LiveExport): boolean {
    for (const live of this.#live.get(one.cell)?.values() ?? []) if (live === one) return true;
    return false;
  }
}

type AdoptRequest = Pick<RunRequest, 'cell' | 'inputs' | 'keepValues'>;

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
