import { inspect } from 'node:util';
import type { Blobs } from '../cache/blobs.ts';
import { decode, digestOf, type ExternalRef, encode, NotEncodable } from '../cache/codec.ts';
import type { CellId, ExportInfo, RunReply, RunRequest, ValuesRef } from '../protocol/kernel.ts';
import { untracked } from './run.ts';

/** Values above this take longer to check than a reader should wait: a sample of them is checked instead. */
const SAMPLE_ABOVE_MS = 8;
const SAMPLES = 64;
/** Runs shorter than this are cheaper to repeat than to load. */
const WORTH_KEEPING_MS = 5;
const JSON_LIMIT = 2000;

interface LiveExport {
  readonly value: unknown;
  readonly digest: string | null;
  /** Digest by which a change is noticed: the content's, or a sample's. */
  readonly check: (() => string) | null;
  readonly checked: string | null;
}

/** The exported values that this kernel holds, and what is known of their content. */
export class Values {
  readonly #live = new Map<CellId, Map<string, LiveExport>>();
  /** Which upstream export an object belongs to, so that downstream values can point at it. */
  readonly #owners = new WeakMap<object, ExternalRef>();
  readonly #objects = new Map<string, object[]>();
  readonly #blobs: Blobs | null;

  constructor(blobs: Blobs | null) {
    this.#blobs = blobs;
  }

  /** The named inputs of a run as one object. */
  inputs(wanted: RunRequest['inputs']): Record<string, unknown> {
    return Object.fromEntries(wanted.map(({ name, cell }) => [name, this.#live.get(cell)?.get(name)?.value]));
  }

  /** Takes over what a run exported, and tells what is known of it. */
  adopt(cell: CellId, exports: Readonly<Record<string, unknown>>): ExportInfo[] {
    this.drop(cell);
    const live = new Map<string, LiveExport>();
    this.#live.set(cell, live);
    return Object.entries(exports).map(([name, value]) => {
      const { digest, reason, ms } = this.#digest(value);
      live.set(name, { value, digest, ...changeCheck(value, digest, ms) });
      return { name, type: typeName(value), preview: previewOf(value), digest, ...reason, ...asJson(value) };
    });
  }

  /** Keeps a cell's exports as one file where loading them is cheaper than the `ms` it took to compute them. */
  async keep(cell: CellId, ms: number, policy: RunRequest['keepValues']): Promise<ValuesRef | null> {
    const live = this.#live.get(cell);
    if (!live?.size || !this.#blobs || policy === 'never') return null;
    if (policy === 'auto' && ms < WORTH_KEEPING_MS) return null;
    if ([...live.values()].some(({ digest }) => digest === null)) return null;
    const refs = new Set<string>();
    const started = performance.now();
    const exports = Object.fromEntries([...live].map(([name, { value }]) => [name, value]));
    const { bytes } = encode(exports, { external: (object) => this.#reference(object, cell, refs) });
    const loadMs = performance.now() - started; // decoding takes about as long as encoding
    if (policy === 'auto' && loadMs >= ms) return null;
    const digest = await this.#blobs.write(bytes);
    return { digest, bytes: bytes.byteLength, loadMs, refs: [...refs] };
  }

  /** Brings a cell's exports back from their file; false when they cannot be had. */
  async restore(cell: CellId, values: ValuesRef): Promise<boolean> {
    const bytes = await this.#blobs?.read(values.digest);
    if (!bytes) return false;
    try {
      this.adopt(cell, decode(bytes, { resolve: (ref) => this.#resolve(ref) }) as Record<string, unknown>); // what `keep` encoded
      return true;
    } catch (error) {
      if (error instanceof MissingReference) return false;
      throw error;
    }
  }

  /** Inputs whose content is not what it was; they are dropped, so that they come back whole. */
  changed(inputs: RunRequest['inputs']): RunReply['mutated'] {
    const mutated = inputs.flatMap(({ name, cell }) => {
      const live = this.#live.get(cell)?.get(name);
      if (!live?.check || live.check() === live.checked) return [];
      return [{ name, cell, advice: adviceFor(name, live.value) }];
    });
    for (const { cell } of mutated) this.drop(cell);
    return mutated;
  }

  drop(cell: CellId): void {
    for (const { digest } of this.#live.get(cell)?.values() ?? []) if (digest) this.#objects.delete(digest);
    this.#live.delete(cell);
  }

  #digest(value: unknown): { digest: string | null; reason?: { reason: string }; ms: number } {
    const started = performance.now();
    const objects: object[] = [];
    try {
      const digest = untracked(() =>
        digestOf(value, {
          external: (object) => this.#owners.get(object),
          onObject: (object, index) => {
            objects[index] = object;
          },
        }),
      );
      this.#own(digest, objects);
      return { digest, ms: performance.now() - started };
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      return { digest: null, reason: { reason: error.message }, ms: performance.now() - started };
    }
  }

  #own(digest: string, objects: readonly object[]): void {
    this.#objects.set(digest, objects as object[]); // one table per content; the latest live one serves
    objects.forEach((object, index) => {
      if (!this.#owners.has(object)) this.#owners.set(object, { producer: digest, index });
    });
  }

  #reference(object: object, cell: CellId, refs: Set<string>): ExternalRef | undefined {
    const owner = this.#owners.get(object);
    const own = [...(this.#live.get(cell)?.values() ?? [])].some(({ digest }) => digest === owner?.producer);
    if (!owner || own) return undefined;
    refs.add(owner.producer);
    return owner;
  }

  #resolve(ref: ExternalRef): object {
    const object = this.#objects.get(ref.producer)?.[ref.index];
    if (!object) throw new MissingReference();
    return object;
  }
}

class MissingReference extends Error {}

function changeCheck(value: unknown, digest: string | null, ms: number): Pick<LiveExport, 'check' | 'checked'> {
  if (digest === null || typeof value !== 'object' || value === null) return { check: null, checked: null };
  const check = () => {
    try {
      return untracked(() => digestOf(ms < SAMPLE_ABOVE_MS ? value : sampleOf(value)));
    } catch {
      return 'no longer encodable';
    }
  };
  return { check, checked: check() };
}

/** A part of a large value that a push, sort, or assignment is likely to touch. */
function sampleOf(value: object): unknown {
  const items = Array.isArray(value) ? value : ArrayBuffer.isView(value) ? value : Object.values(value);
  const list = items as ArrayLike<unknown>; // arrays and typed arrays alike
  const step = Math.max(1, Math.floor(list.length / SAMPLES));
  const sample: unknown[] = [list.length];
  for (let i = 0; i < list.length; i += step) sample.push(list[i]);
  if (list.length) sample.push(list[list.length - 1]);
  return sample;
}

function adviceFor(name: string, value: unknown): string {
  return Array.isArray(value)
    ? `use \`${name}.toSorted(…)\`, \`[...${name}, …]\` or another copy instead`
    : `copy it first, for example with \`structuredClone(${name})\``;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name ? name : 'Object';
}

function previewOf(value: unknown): string {
  try {
    const text = inspect(value, {
      depth: 1,
      breakLength: Infinity,
      maxArrayLength: 5,
      maxStringLength: 100,
      compact: 3,
    });
    return text.length > 200 ? `${text.slice(0, 199)}…` : text;
  } catch {
    return typeName(value);
  }
}

/** The value itself where JSON holds it exactly and it is small. */
function asJson(value: unknown): { json?: { value: unknown } } {
  try {
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 200) return {};
    const text = JSON.stringify(value);
    if (text === undefined || text.length > JSON_LIMIT) return {};
    const back: unknown = JSON.parse(text);
    return digestOf(back) === digestOf(value) ? { json: { value: back } } : {};
  } catch {
    return {};
  }
}
