import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { apart } from '../base/program.ts';
import type { FileDigests } from './fileDigests.ts';
import type { Keeper } from './keeper.ts';
import type { KeptFolders } from './keptFolders.ts';
import { filesOf, type Query, quoteName, quoteText, text, walk } from './query.ts';
import { restless } from './steady.ts';

/** A table is stored once queries that read it were worked out at least so often. */
const USES = 2;
/** Work that is dearer than reading the outcome again, as what readers write may be; plain scans of columns are not. */
const COSTLY = /\b(read_csv|read_json|group\s+by|order\s+by|join|distinct|over|union|pivot)\b/i;

/** What storing needs. */
export interface StoredParts {
  readonly kept: KeptFolders;
  readonly folder: () => string;
  readonly digests: FileDigests;
  readonly keeper: Keeper | null;
  /** And once they took so many milliseconds altogether. */
  readonly afterMs: number;
  /** Runs SQL text. */
  readonly execute: (sql: string) => Promise<unknown>;
  /** The fingerprint of a query as its files are now. */
  readonly printOf: (query: Query) => Promise<string>;
  /** Runs a query, whatever it does, and tells of it as `of`. */
  readonly run: (query: Query, of: Query, signal?: AbortSignal) => Promise<unknown>;
}

/** Tables worked out and kept as files of the database, by fingerprint: opened again at once, also by later runs. */
export class StoredTables {
  readonly #parts: StoredParts;
  readonly #found = new Map<string, Promise<string | null>>();
  readonly #spent = new Map<string, { uses: number; ms: number }>();

  constructor(parts: StoredParts) {
    this.#parts = parts;
  }

  /** The query that reads the stored table, or null where none is stored. */
  async find(print: string): Promise<Query | null> {
    let found = this.#found.get(print);
    if (!found) {
      found = apart(() => this.#look(print));
      this.#found.set(print, found);
    }
    const path = await found;
    if (!path) return null;
    const name = quoteName(nameOf(print));
    try {
      await this.#parts.execute(`ATTACH IF NOT EXISTS ${quoteText(path)} AS ${name} (READ_ONLY)`);
      return text(`SELECT * FROM ${name}."rows"`);
    } catch {
      this.#found.set(print, Promise.resolve(null)); // removed meanwhile, or damaged: it is worked out again
      return null;
    }
  }

  /** Works a table out, by a quicker query where there is one, and keeps it. */
  async store(print: string, query: Query, quicker = query, signal?: AbortSignal): Promise<void> {
    const { kept, keeper, digests, execute, printOf, run } = this.#parts;
    const started = performance.now();
    const draftName = quoteName(`${nameOf(print)}_draft`);
    const folder = await kept.folder(keyOf(print), async (draft) => {
      await execute(`ATTACH ${quoteText(join(draft, FILE))} AS ${draftName}`);
      try {
        await run(
          {
            texts: [`CREATE OR REPLACE TABLE ${draftName}."rows" AS `, ''],
            pieces: [{ kind: 'query', query: quicker }],
          },
          query,
          signal,
        );
      } finally {
        await execute(`DETACH ${draftName}`);
      }
      if ((await printOf(query)) !== print) throw restless(filesOf(query)[0]!.path); // or it would be kept as what they held before
    });
    const path = join(folder, FILE);
    if (keeper) {
      const digest = await apart(() => digests.digest(path));
      await apart(() => keeper.set(`table/${print}`, digest, performance.now() - started));
    }
    this.#found.set(print, Promise.resolve(path));
  }

  /** Notes that a query took `ms`; what it reads is stored, behind the caller's back, once that has paid. */
  note(query: Query, prints: ReadonlyMap<Query, string>, ms: number): void {
    let isChosen = false;
    for (const part of walk(query)) {
      const print = prints.get(part);
      if (!part.isTable || !print) continue;
      const spent = this.#spent.get(print) ?? { uses: 0, ms: 0 };
      this.#spent.set(print, { uses: spent.uses + 1, ms: spent.ms + ms });
      const hasPaid = spent.uses + 1 >= USES && spent.ms + ms >= this.#parts.afterMs;
      if (!hasPaid || isChosen || !isCostly(part)) continue;
      isChosen = true; // the outermost: it is the smallest that serves all who read it
      this.#spent.delete(print);
      apart(() => this.store(print, part)).catch(() => {}); // it is worked out each time, as before
    }
  }

  /** Where the table lies, if it is the one that this user stored. */
  async #look(print: string): Promise<string | null> {
    const { folder, keeper, digests } = this.#parts;
    const path = join(folder(), keyOf(print), FILE);
    try {
      await stat(path);
      if (keeper && (await keeper.get(`table/${print}`)) !== (await digests.digest(path))) return null;
      return path;
    } catch {
      return null; // there is none
    }
  }
}

const FILE = 'table.duckdb';

function keyOf(print: string): string {
  return print.slice(0, 32);
}

function nameOf(print: string): string {
  return `memoir_${print.slice(0, 16)}`;
}

/** Whether working a query out again is dearer than reading its outcome. */
export function isCostly(query: Query): boolean {
  return [...walk(query)].some((part) => part.written || part.texts.some((text) => COSTLY.test(text)));
}
