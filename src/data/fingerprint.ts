import { createHash } from 'node:crypto';
import { filesOf, type Piece, type Query } from './query.ts';

/** Knows what files hold. */
export interface Digests {
  digest(path: string): Promise<string>;
}

/** The same, asking once for each file: for work on files as they were at one time. */
export function lookedUpOnce(digests: Digests): Digests {
  const known = new Map<string, Promise<string>>();
  return {
    digest(path) {
      const digest = known.get(path) ?? digests.digest(path);
      known.set(path, digest);
      return digest;
    },
  };
}

/** A digest of what a query says and of what its files hold now: equal fingerprints give equal tables. */
export async function fingerprint(query: Query, engine: Digests): Promise<string> {
  return (await fingerprints(query, engine)).get(query)!;
}

/** The same of a query and of each query in it. */
export async function fingerprints(query: Query, engine: Digests): Promise<ReadonlyMap<Query, string>> {
  const digests = new Map<string, string>();
  for (const { path } of filesOf(query)) digests.set(path, await engine.digest(path));
  const done = new Map<Query, string>();
  digestOf(query, digests, done);
  return done;
}

function digestOf(query: Query, digests: ReadonlyMap<string, string>, done: Map<Query, string>): string {
  const known = done.get(query);
  if (known) return known;
  const pieces = query.pieces.map((piece) => keyOf(piece, digests, done));
  const reads = (query.reads ?? []).map(({ path }) => digests.get(path));
  const digest = createHash('sha256')
    .update(JSON.stringify([1, query.texts, pieces, reads]))
    .digest('hex');
  done.set(query, digest);
  return digest;
}

/** A piece as JSON in which different pieces differ. */
function keyOf(piece: Piece, digests: ReadonlyMap<string, string>, done: Map<Query, string>): readonly unknown[] {
  switch (piece.kind) {
    case 'file':
      return ['file', digests.get(piece.file.path), ...(piece.file.conversion ? [piece.file.conversion] : [])];
    case 'data':
      return ['data', piece.data.digest];
    case 'query':
      return ['query', digestOf(piece.query, digests, done)];
    case 'value': {
      const { value } = piece;
      if (value instanceof Date) return ['date', value.getTime()];
      return [typeof value, Object.is(value, -0) ? '-0' : String(value)];
    }
  }
}
