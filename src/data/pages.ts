import { LRUCache } from 'lru-cache';
import { UserError } from '../base/errors.ts';
import { apart } from '../base/program.ts';
import type { TableData } from '../protocol/output.ts';
import type { Engine } from './engine.ts';
import { isFickle } from './fickle.ts';
import { fingerprint } from './fingerprint.ts';
import { tableData } from './preview.ts';
import { compose, type Query, text } from './query.ts';
import { isPackable, packRecipe, type Recipe, unpackRecipe } from './recipe.ts';
import { isRemote } from './remote.ts';

/** Tables known without their recipe, which not every table has; of one that is forgotten the page says what to do. */
const MOST_IN_MEMORY = 500;
/** What running the cell again is taken to cost, in milliseconds. */
const SAVED_MS = 1_000;

const all = new WeakMap<Engine, Pages>();

/** The tables of an engine that were shown in part. */
export function pagesOf(engine: Engine): Pages {
  const known = all.get(engine) ?? new Pages(engine);
  all.set(engine, known);
  return known;
}

/** Tables that were shown in part, by an identity that tells nothing of them: whoever has it can ask for the rest. */
class Pages {
  readonly #engine: Engine;
  readonly #queries = new LRUCache<string, Query>({ max: MOST_IN_MEMORY });

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Notes a table for later, also for later runs where it can be carried; null where its rows are others each time. */
  async add(query: Query): Promise<string | null> {
    if (isFickle(query)) return null;
    const id = await fingerprint(query, this.#engine);
    if (this.#queries.has(id)) return id;
    this.#queries.set(id, query);
    const { keeper } = this.#engine;
    if (keeper && isPackable(query)) void apart(() => keeper.set(keyOf(id), packRecipe(query, this.#engine), SAVED_MS));
    return id;
  }

  /** Rows from the one at `from` on, as they are shown. What is dear to work out is worked out once. */
  async rows(id: string, from: number, count: number): Promise<TableData['rows']> {
    if (![from, count].every((number) => Number.isSafeInteger(number) && number >= 0)) {
      throw new RangeError(`Rows are counted from 0; got ${from} and ${count}.`);
    }
    const query = await this.#find(id);
    if (!query || (await fingerprint(query, this.#engine).catch(() => null)) !== id) {
      throw new UserError('This table is no longer as it was shown. Run its cell again to see more of it.');
    }
    if (!isRemote(query)) await this.#engine.store(query, { ifCostly: true });
    const page = compose`SELECT * FROM (${query}\n) LIMIT ${text(`${count} OFFSET ${from}`)}`;
    return tableData(await this.#engine.answer(page), count, null).rows;
  }

  async #find(id: string): Promise<Query | null> {
    const known = this.#queries.get(id);
    if (known) return known;
    const recipe = (await apart(() => this.#engine.keeper?.get(keyOf(id)))) as Recipe | undefined; // set above
    return recipe ? unpackRecipe(recipe, this.#engine) : null;
  }
}

function keyOf(id: string): string {
  return `pages/${id}`;
}
