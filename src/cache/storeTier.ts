import type { KeyvStorageAdapter } from 'keyv';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { KeyvTier } from './keyvTier.ts';
import type { Batches } from './openedStore.ts';
import type { Seal } from './seal.ts';

/** Any storage adapter of Keyv, a Keyv itself, or a Map. */
export interface StoreAdapter {
  get(key: string): unknown;
  set(key: string, value: never, expires?: number): unknown;
  delete(key: string): unknown;
  clear(): unknown;
}

/**
 * Entries in a store of the user's own.
 * @throws UserError for what is no store.
 */
export function storeTier(store: StoreAdapter, { seal, log }: { readonly seal: Seal; readonly log: Log }): KeyvTier {
  for (const method of ['get', 'set', 'delete', 'clear'] as const) {
    if (typeof store?.[method] === 'function') continue;
    throw new UserError(`store must be a storage adapter of Keyv, but it has no ${method}().`);
  }
  const open = async () => {
    const { default: Keyv } = await import('keyv');
    const canList = store instanceof Map || ('iterator' in store && typeof store.iterator === 'function');
    // Makes an adapter of whatever it is. Without an iterator it would not know which keys a namespace has.
    const keyv = new Keyv({ store, ...(canList && { namespace: 'memoir' }) });
    keyv.on('error', () => {}); // thrown, too
    const end = async () => void (await keyv.disconnect());
    const adapter = keyv.store as KeyvStorageAdapter;
    const batches = canList ? () => inBatches(adapter.iterator!()) : null; // as it was asked for above
    return { store: adapter, pieces: adapter, batches, isAlive: () => true, end };
  };
  const title = `The store ${store.constructor?.name ?? ''}`.trimEnd();
  return new KeyvTier({ name: 'store', title, load: () => import('keyv'), open, timeout: 2000, seal, log });
}

async function* inBatches(entries: AsyncGenerator<unknown[]>): Batches {
  let batch: (readonly [string, unknown])[] = [];
  for await (const [key, text] of entries) {
    batch.push([String(key), text]);
    if (batch.length < 100) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
