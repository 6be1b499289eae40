import type KeyvRedis from '@keyv/redis';
import type { KeyvStorageAdapter } from 'keyv';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { KeyvTier } from './keyvTier.ts';
import type { Batches, OpenedStore } from './openedStore.ts';
import { escapeGlob } from './pattern.ts';
import type { Seal } from './seal.ts';

/** How a Redis or Valkey server is reached. */
export interface RedisOptions {
  /** `redis://…` or `rediss://…`; of a cluster, one of its nodes. */
  readonly url: string;
  /** Whether the server is one of a cluster; found out unless given. */
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
  { url, cluster, timeout = 500, namespace = 'memoir' }: RedisOptions,
  { seal, log }: { readonly seal: Seal; readonly log: Log },
): KeyvTier & { readonly name: 'redis' } {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: '' };
  if (!/^rediss?:$/.test(protocol)) {
    throw new UserError(`The address of Redis must look like redis://host:6379, but is "${url}".`);
  }
  let before: OpenedStore | null = null;
  const open = async () => {
    await before?.end();
    before = await openRedis(url, cluster, timeout, namespace);
    return before;
  };
  const load = () => import('@keyv/redis');
  const tier = new KeyvTier({ name: 'redis', title: `Redis at ${host}`, load, open, timeout, seal, log });
  return tier as KeyvTier & { readonly name: 'redis' }; // as it was told
}

/** Keyv's adapter on a client that never queues: what cannot be asked now fails now. Loaded when it is needed. */
async function openRedis(
  url: string,
  cluster: boolean | undefined,
  timeout: number,
  namespace: string,
): Promise<OpenedStore> {
  const { default: Adapter } = await import('@keyv/redis');
  const client = await connect(url, cluster, timeout);
  const storeIn = (namespace: string) => {
    const store = new Adapter(client, { namespace, throwOnErrors: true, throwOnConnectError: true });
    store.on('error', () => {}); // thrown, too
    return store;
  };
  const entries = storeIn(namespace);
  const [store, pieces] = [entries, storeIn(`${namespace}-pieces`)] as [KeyvStorageAdapter, KeyvStorageAdapter]; // its types lag behind its code
  const end = async () => void (client.isOpen && client.destroy());
  const nodes = () => ('masters' in client ? client.masters.flatMap((master) => master.client ?? []) : []);
  const isAlive = () => client.isOpen && nodes().every((node) => node.isOpen); // it would not connect to one anew
  return { store, pieces, batches: () => batchesOf(entries, namespace), isAlive, end };
}

/** Keyv's own iterator takes ten keys at a time. */
async function* batchesOf(store: KeyvRedis<unknown>, namespace: string): Batches {
  const options = { MATCH: `${escapeGlob(namespace)}::*`, COUNT: 200, TYPE: 'string' };
  for (const client of await store.getMasterNodes()) {
    for await (const names of client.scanIterator(options)) {
      const keys = names.map((name) => name.slice(namespace.length + 2));
      const texts = await store.getMany(keys);
      yield keys.map((key, at) => [key, texts[at]] as const);
    }
  }
}

async function connect(url: string, cluster: boolean | undefined, timeout: number) {
  const { createClient, createCluster } = await import('@keyv/redis');
  const socket = { connectTimeout: timeout, reconnectStrategy: false as const }; // who asks next connects anew
  const options = { disableOfflineQueue: true, socket };
  if (cluster) {
    const client = createCluster({
      rootNodes: [{ url }],
      defaults: { ...loginOf(url), ...options },
      minimizeConnections: true, // a node that is away does not keep the others from being used
    });
    client.on('error', () => {}); // whoever asks next meets it
    client.on('node-ready', () => {
      for (const { client: node } of client.masters) node?.unref(); // as below
    });
    await client.connect();
    return client;
  }
  const client = createClient({ url, ...options, commandOptions: { timeout: 0 } });
  client.on('error', () => {}); // as above
  client.unref(); // a program that has nothing else to do may end; each call's deadline keeps it until then
  await client.connect();
  if (cluster === false || !(await isOfCluster(client))) return client;
  client.destroy();
  return connect(url, true, timeout);
}

/** What the other nodes of a cluster ask for. */
function loginOf(url: string): { username?: string; password?: string } {
  const { username, password } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}

async function isOfCluster(client: { info(section: string): Promise<unknown> }): Promise<boolean> {
  const info = await client.info('cluster').catch(() => ''); // not everybody may ask
  return String(info).includes('cluster_enabled:1');
}
