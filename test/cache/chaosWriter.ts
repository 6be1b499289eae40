import { writeSync } from 'node:fs';
import { silentLog } from '../../src/base/log.ts';
import { mulberry32 } from '../../src/base/random.ts';
import { DiskTier } from '../../src/cache/diskTier.ts';
import { Seal } from '../../src/cache/seal.ts';
import { valueFor } from './chaosValues.ts';

// A process that writes, reads and removes at random until it is killed, and says each time what it is about to do and what
// was acknowledged: <directory> <name> <seed>.
const [directory = '', name = '', seed = '1'] = process.argv.slice(2);
const random = mulberry32(Number(seed));
const tier = new DiskTier({ directory, maxBytes: 200e6, seal: new Seal(Buffer.alloc(32, 5)), log: silentLog });
for (let version = 1; ; version += 1) {
  const key = `${name}-${Math.floor(random() * 40)}`;
  const isRemoval = random() < 0.1;
  say(`begin ${key} ${isRemoval ? 0 : version}`);
  if (isRemoval) await tier.delete(key);
  else {
    const value = valueFor(key, version);
    const now = Date.now();
    const meta = { bytes: 0, expiresAt: null, tags: [name], savedMs: 1, createdAt: now, lastUsed: now };
    await tier.set(key, { value, meta });
  }
  if ((await tier.stats()).errors > 0) say('failed');
  else say(`done ${key} ${isRemoval ? 0 : version}`);
}

/** Waits until it has been handed over: a stream keeps what a slow reader leaves, and a kill would lose that. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}
