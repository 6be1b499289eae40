import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatCount } from '../base/format.ts';
import type { CellId, ExportInfo } from '../protocol/kernel.ts';
import { keyOf } from './cellKey.ts';
import type { ModuleDigests } from './moduleDigests.ts';
import type { Program } from './program.ts';
import type { Background, Shapes } from './record.ts';
import type { RecordStore } from './records.ts';
import { MAX_LENGTH, type TextChange, textChange } from './textChange.ts';

/** The name under which a cell's own text is kept. */
const OWN = '';
const MAX_SHAPE = 40;

/** Keeps the texts that runs were made from, each once, and compares them with those of now. */
export class Backgrounds {
  readonly #store: RecordStore;
  readonly #modules: ModuleDigests;
  readonly #kept = new Set<string>();

  constructor(store: RecordStore, modules: ModuleDigests) {
    this.#store = store;
    this.#modules = modules;
  }

  /** What a run of the cell is made from, as things are now; the texts are kept. */
  async take(program: Program, id: CellId, inputs: Shapes, persist: boolean): Promise<Background> {
    const files = await this.#modules.files(program.modules(id));
    const texts = await Promise.all([
      [OWN, await this.#keep(program.cells.get(id)!.source, persist)],
      ...files.map(async (path) => [path, await this.#keep(await textOf(path), persist)]),
    ]);
    return { texts: Object.fromEntries(texts.filter(([, digest]) => digest !== null)), inputs };
  }

  /** What changed of the cell's code, or of a module it imports, since a run with this background. */
  async textChange(
    { texts }: Background,
    program: Program,
    id: CellId,
    specifier: string | null,
  ): Promise<(TextChange & { readonly of: string }) | null> {
    if (specifier === null) {
      const change = await this.#change(texts[OWN], program.cells.get(id)!.source);
      return change && { ...change, of: 'its code' };
    }
    for (const path of await this.#modules.files([specifier])) {
      const change = await this.#change(texts[path], await textOf(path));
      if (change) return { ...change, of: basename(path) };
    }
    return null;
  }

  async #change(digest: string | undefined, now: string | null): Promise<TextChange | null> {
    if (digest === undefined || now === null || digest === digestOf(now)) return null;
    const before = (await this.#store.peek(keyOf('text', { digest })))?.value;
    return typeof before === 'string' ? textChange(before, now) : null;
  }

  async #keep(text: string | null, persist: boolean): Promise<string | null> {
    if (text === null || text.length > MAX_LENGTH) return null;
    const digest = digestOf(text);
    if (!this.#kept.has(digest))
      await this.#store.set(keyOf('text', { digest }), text, { savedMs: 0, persist, tags: ['text of code'] });
    this.#kept.add(digest);
    return digest;
  }
}

/** What an input is, in a word or two. */
export function shapeOf({ type, preview }: ExportInfo): string {
  const length = /^Array\((\d+)\)$/.exec(type)?.[1];
  if (length !== undefined) return formatCount(Number(length), /^\[\s*\{/.test(preview) ? 'row' : 'item');
  const told = ['number', 'string', 'boolean', 'bigint'].includes(type) ? preview : type;
  return told.length > MAX_SHAPE ? `${told.slice(0, MAX_SHAPE - 1)}…` : told;
}

/** `1,204 → 1,310 rows`, `15 → 20`; null when nothing of it can be told. */
export function shapeChange(before: string | undefined, after: string | undefined): string | null {
  if (before === undefined || after === undefined || before === after) return null;
  const [, count, unit = ''] = /^(\S+) (rows|items)$/.exec(before) ?? [];
  return `${unit && after.endsWith(unit) ? count : before} → ${after}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The text of a module; null for one that is gone or none, such as a native one. */
async function textOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null); // the run itself tells of a module that cannot be read
  return !bytes || bytes.includes(0) ? null : bytes.toString();
}
