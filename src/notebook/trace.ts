import type { Read, RunReply } from '../protocol/kernel.ts';
import type { ModuleDigests } from './moduleDigests.ts';

/** What a run tells of what it read and loaded. */
export type Traced = Pick<RunReply, 'reads' | 'modules'>;

/**
 * What a run read, for its record: modules with what they stand for, without those that its key knows of already.
 * @param known specifiers whose static import graphs are in the key
 * @returns null when a module was edited while the run used it
 */
export async function traceOf(
  { reads, modules }: Traced,
  known: readonly string[],
  digests: ModuleDigests,
): Promise<Read[] | null> {
  const isNew = ({ kind, name }: Read) => kind === 'module' && !known.includes(name);
  const named = reads.filter(isNew).map(({ name }) => name);
  const more = await digests.beyond([...known, ...named], modules);
  if (!more) return null;
  const loaded = [...named, ...more].map(
    async (name): Promise<Read> => ({ kind: 'module', name, digest: await digests.digest(name) }),
  );
  return [...reads.filter(({ kind }) => kind !== 'module'), ...(await Promise.all(loaded))];
}
