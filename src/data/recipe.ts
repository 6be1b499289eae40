import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { formatBytes } from '../base/format.ts';
import type { Engine } from './engine.ts';
import { inlineSize } from './inline.ts';
import { dataOf, filesOf, mapFiles, type Query } from './query.ts';
import { isRemote } from './remote.ts';

/** A table as plain data, to be kept or carried to another process. */
export interface Recipe {
  readonly version: 1;
  readonly query: Query;
  /** The files it reads: relative to the base folder where they lie under it, with the digest of what they held. */
  readonly files: readonly { readonly path: string; readonly digest: string }[];
}

/** Rows given by the program travel inside the recipe; more than this belongs in a file. */
const MAX_DATA_BYTES = 16_000_000;

/** Whether a table can be kept or carried at all. */
export function isPackable(query: Query): boolean {
  return !isRemote(query) && dataSize(query) <= MAX_DATA_BYTES;
}

export function packRecipe(query: Query, engine: Engine): Recipe {
  const size = dataSize(query);
  if (size > MAX_DATA_BYTES) {
    throw new UserError(
      `This table holds ${formatBytes(size)} of rows given by the program; a table that is kept may hold ${formatBytes(MAX_DATA_BYTES)}. Save the rows as a file and load that.`,
    );
  }
  if (isRemote(query)) {
    throw new UserError('This table reads a database elsewhere, so it is made anew rather than kept.');
  }
  const portable = mapFiles(query, (file) => ({ ...file, path: engine.portable(file.path) }));
  return { version: 1, query: portable, files: filesOf(portable) };
}

function dataSize(query: Query): number {
  return dataOf(query).reduce((sum, data) => sum + inlineSize(data), 0);
}

export function unpackRecipe(recipe: Recipe, engine: Engine): Query {
  if (recipe.version !== 1) throw new UserError('This table was kept by another version of Memoir; make it again.');
  return mapFiles(recipe.query, (file) => ({ ...file, path: resolve(engine.directory, file.path) }));
}
