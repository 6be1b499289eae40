import type { Read, RunReply } from '../protocol/kernel.ts';
import type { ModuleDigests } from './moduleDigests.ts';

/** What a run tells of what it read and loaded. */
export type Traced = Pick<RunReply, 'reads' | 'modules'>;

/**
 * What a run read, for its record: modules with what they stand for, without those that its key knows of already.
 * @param known specifiers whose static import graphs are in the key
 * @returns `whole` is false when a module was edited since: then nobody knows which text the run had of it
 */
export async function traceOf(
  { reads, modules }: Traced,
  known: readonly string[],
  digests: ModuleDigests,
): Promise<{ readonly reads: Read[]; readonly whole: boolean }> {
  const isNew = ({ kind, name }: Read) => kind === 'module' && !known.includes(name);
  const named = reads.filter(isNew).map(({ name }) => name);
  const { specifiers, whole } = await digests.beyond([...known, ...named], modules);
  const loaded = [...named, ...specifiers].map(
    async (name): Promise<Read> => ({ kind: 'module', name, digest: await digests.digest(name) }),
  );
  const others = reads.filter(({ kind }) => kind !== 'module');
  return { reads: [...others, ...(await Promise.all(loaded))], whole };
}
