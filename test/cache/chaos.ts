import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaos } from './chaosRounds.ts';
import { workOnLockedFile } from './lockedFile.ts';

// The long round of what `npm test` does in short: <rounds, 100 unless given> <seconds of a locked file, 30 unless given>.
const rounds = Number(process.argv[2] ?? 100);
const seconds = Number(process.argv[3] ?? 30);
const directory = mkdtempSync(join(tmpdir(), 'memoir-chaos-'));
try {
  const seed = Math.floor(Math.random() * 1e9);
  console.log(`Killing 3 processes at a time, ${rounds} times (seed ${seed}).`);
  const { wrong } = await chaos(directory, rounds, 3, seed, (soFar) => {
    const { rounds: done, acknowledged, read, wrong } = soFar;
    if (done % 10 > 0 && done < rounds) return;
    console.log(
      `${done} rounds: ${acknowledged} writes acknowledged, ${read} entries read back, ${wrong.length} wrong.`,
    );
  });
  for (const sentence of wrong) console.log(`✘ ${sentence}`);
  const { operations, longestWaitMs, otherwiseMs, idleMs, problem, heals } = await workOnLockedFile(
    join(directory, 'locked'),
    seconds * 1000,
  );
  console.log(
    `File locked for ${seconds} s: ${operations} operations, the event loop waited ${longestWaitMs.toFixed(0)} ms at most (${otherwiseMs.toFixed(0)} ms without the lock, a thread that only looks at the clock ${idleMs.toFixed(0)} ms), ${heals ? 'written again afterwards' : 'not written afterwards'}.`,
  );
  console.log(problem ?? '✘ The state was not visible.');
  process.exitCode = wrong.length === 0 && heals && problem ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
