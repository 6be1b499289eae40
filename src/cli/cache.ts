import { formatBytes, formatCount, formatDuration, formatPercent } from '../base/format.ts';
import { findWorkspace } from '../base/program.ts';
import type { Store } from '../cache/cacheDirectory.ts';
import { readArguments, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { openWorkspaceStore, readEnvironment } from './environment.ts';

/** `memoir cache`: what is remembered here. */
export const cache: Command = {
  summary: 'what is remembered here: stats, clear',
  usage: 'memoir cache stats|clear [--json]',
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean', default: false } }, 1);
    const actions: Readonly<Record<string, (store: Store, json: boolean) => Promise<void>>> = { stats, clear };
    const action = Object.hasOwn(actions, positionals[0]!) ? actions[positionals[0]!] : undefined;
    if (!action) throw new UsageError(`The cache does not know "${positionals[0]}".`);
    const { store } = openWorkspaceStore(findWorkspace(process.cwd()), readEnvironment());
    try {
      await action(store, values.json);
      return 0;
    } finally {
      await store.close();
    }
  },
};

async function stats(store: Store, json: boolean): Promise<void> {
  const { hits, misses, hitRate, entries, bytes, savedMs, errors, tiers, values } = await store.stats();
  if (json) return print({ hits, misses, hitRate, entries, bytes, savedMs, errors, tiers, values });
  console.log(
    `${formatPercent(hitRate)} of ${formatCount(hits + misses, 'look-up')} were hits; ${formatDuration(savedMs)} saved.`,
  );
  console.log(
    `${formatCount(entries, 'entry', 'entries')}, ${formatBytes(bytes)}; ${formatCount(values.files, 'value')}, ${formatBytes(values.bytes)}.`,
  );
  for (const { name, problem } of tiers) if (problem) console.log(`${name}: ${problem}`);
}

async function clear(store: Store, json: boolean): Promise<void> {
  const before = await store.stats();
  await store.clear();
  const removed = { entries: before.entries, bytes: before.bytes + before.values.bytes };
  if (json) return print({ removed });
  console.log(`Cleared ${formatCount(removed.entries, 'entry', 'entries')}, ${formatBytes(removed.bytes)}.`);
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
