import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/cache/cacheDirectory.ts';
import { Seal } from '../../src/cache/seal.ts';

// A process of its own that writes into a cache, says what was acknowledged, and at the end the state of the disk tier:
// <directory> <prefix> <how many>.
const [directory = '', prefix = '', count = '0'] = process.argv.slice(2);
const store = openStore({ directory, seal: new Seal(Buffer.alloc(32, 5)), log: silentLog });
let inMemory = 0;
for (let index = 0; index < Number(count); index++) {
  const key = `${prefix}${index}`;
  const digest = await store.values.write(Buffer.from(key.repeat(500))).catch(() => 'none');
  await store.records.set(key, { index, digest, text: 'x'.repeat(2000) }, { tags: [prefix], savedMs: 1 });
  if (await store.records.get(key)) inMemory += 1;
  process.stdout.write(`${index}\n`);
}
const { tiers } = await store.stats();
await store.close();
process.stdout.write(`${JSON.stringify({ inMemory, disk: tiers[1] })}\n`);
