import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaos } from './chaosRounds.ts';

// The long round of what `npm test` does in short: <rounds, 100 unless given>.
const rounds = Number(process.argv[2] ?? 100);
const directory = mkdtempSync(join(tmpdir(), 'memoir-chaos-'));
try {
  const seed = Math.floor(Math.random() * 1e9);
  const { acknowledged, read, wrong } = await chaos(directory, rounds, 3, seed);
  console.log(
    `${rounds} rounds, 3 processes killed in each (seed ${seed}): ${acknowledged} writes acknowledged, ${read} entries read back, ${wrong.length} wrong.`,
  );
  for (const sentence of wrong) console.log(`✘ ${sentence}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
