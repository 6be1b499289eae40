import type { KeyvStorageAdapter } from 'keyv';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { KeyvTier, type OpenedStore } from './keyvTier.ts';
import type { Seal } from './seal.ts';

/** How a Redis or Valkey server is reached. */
export interface RedisOptions {
  /** `redis://…` or `rediss://…`; of a cluster, one of its nodes. */
  readonly url: string;
  /** Whether the server is one of a cluster. */
  readonly cluster?: boolean;
  /** How long an answer may take, in milliseconds; 500 unless given. */
  readonly timeout?: number;
  /** What its keys begin with; `memoir` unless given. */
  readonly namespace?: string;
}

/**
 * Entries on a Redis or Valkey server, or a cluster of them. Every call has a deadline, and nothing waits for a server that
 * is away: that is a miss, and it is tried again by itself.
 * @throws UserError where the url cannot be understood.
 */
export function redisTier(
  { url, cluster = false, timeout = 500, namespace = 'memoir' }: RedisOptions,
  { seal, log }: { readonly seal: Seal; readonly log: Log },
): KeyvTier & { readonly name: 'redis' } {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: '' };
  if (!/^rediss?:$/.test(protocol)) {
    throw new UserError(`The address of Redis must look like redis://host:6379, but is "${url}".`);
  }
  const open = () => openRedis(url, cluster, timeout, namespace);
  const load = () => import('@keyv/redis');
  const tier = new KeyvTier({ name: 'redis', title: `Redis at ${host}`, load, open, timeout, seal, log });
  return tier as KeyvTier & { readonly name: 'redis' }; // as it was told
}

/** Keyv's adapter on a client that never queues: what cannot be asked now fails now. Loaded when it is needed. */
async function openRedis(url: string, cluster: boolean, timeout: number, namespace: string): Promise<OpenedStore> {
  const { default: KeyvRedis, createClient, createCluster } = await import('@keyv/redis');
  const socket = { connectTimeout: timeout, reconnectStrategy: false as const }; // who asks next connects anew
  const options = { disableOfflineQueue: true, socket };
  const client = cluster
    ? createCluster({ rootNodes: [{ url }], defaults: options })
    : createClient({ url, ...options, commandOptions: { timeout } });
  client.on('error', () => {}); // whoever asks next meets it
  if ('unref' in client) client.unref(); // a program that has nothing else to do may end; each call's deadline keeps it until then
  const store = new KeyvRedis(client, { namespace, throwOnErrors: true, throwOnConnectError: true });
  store.on('error', () => {}); // thrown, too
  await client.connect();
  const isAlive = () => client.isOpen;
  return { store: store as KeyvStorageAdapter, canList: true, isAlive, end: () => store.disconnect(true) }; // its types lag behind its code
}
