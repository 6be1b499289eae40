import type { KeyvStorageAdapter } from 'keyv';

/** Keys with what is under them. */
export type Batches = AsyncGenerator<readonly (readonly [key: string, text: unknown])[], void>;

/** A store that is open: without Keyv around it, which keeps failures to itself. */
export interface OpenedStore {
  readonly store: KeyvStorageAdapter;
  /** Where the pieces of large values lie: the store, or one beside it that need not be looked through with it. */
  readonly pieces: KeyvStorageAdapter;
  /**
   * All keys and what is under them, some at a time; null where the store cannot tell. Then some cannot be removed for what
   * they are: all that is older counts as gone.
   */
  readonly batches: (() => Batches) | null;
  /** Whether it can still be used; if not, it is opened anew. */
  readonly isAlive: () => boolean;
  readonly end: () => Promise<void>;
}
