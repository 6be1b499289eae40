// What Redis answers through our tier beside what its bare client does, in turns in one process: prints the microseconds of
// both, or null where this machine has no Redis.
import { createClient } from '@keyv/redis';
import { silentLog } from '../../src/base/log.ts';
import { decode, encode } from '../../src/cache/codec.ts';
import { redisTier } from '../../src/cache/redisTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { findRedis, freePort, RedisServer } from '../../test/support/redis.ts';

const value = { outputs: [{ mime: 'text/plain', data: 'x'.repeat(1000) }] };
const meta = { expiresAt: null, tags: [], savedMs: 5, createdAt: Date.now(), lastUsed: Date.now(), bytes: 1000 };

if (findRedis()) console.log(JSON.stringify(await compare(await new RedisServer(await freePort()).start())));
else console.log('null');
process.exit();

async function compare(server: RedisServer): Promise<{ readonly client: number; readonly tier: number }> {
  const client = createClient({ url: server.url });
  const tier = redisTier({ url: server.url }, { seal: new Seal(Buffer.alloc(32)), log: silentLog });
  try {
    client.on('error', () => {}); // it ends with the server
    await client.connect();
    await client.set('key', Buffer.from(encode(value).bytes).toString('base64'));
    await tier.set('key', { value, meta });
    await tier.flush();
    return await takeTurns(
      async () => decode(Buffer.from((await client.get('key'))!, 'base64')),
      () => tier.get('key'),
    );
  } finally {
    await server.kill();
  }
}

/** Medians of the time that each takes, in microseconds. */
async function takeTurns(client: () => Promise<unknown>, tier: () => Promise<unknown>) {
  const times = { client: [] as number[], tier: [] as number[] };
  for (let turn = 0; turn < 5000; turn++) {
    const [first, second] = turn % 2 === 0 ? (['client', 'tier'] as const) : (['tier', 'client'] as const);
    for (const name of [first, second]) {
      const started = performance.now();
      await (name === 'client' ? client : tier)();
      if (turn >= 1000) times[name].push(performance.now() - started);
    }
  }
  return { client: medianOf(times.client) * 1000, tier: medianOf(times.tier) * 1000 };
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}
