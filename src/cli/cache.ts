import { inspect } from 'node:util';
import { UserError } from '../base/errors.ts';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../base/format.ts';
import { findWorkspace } from '../base/program.ts';
import type { Store } from '../cache/cacheDirectory.ts';
import type { EntryFilter } from '../cache/tier.ts';
import { readArguments, UsageError } from './arguments.ts';
import { countEntries, explainEntry, findEntry, invalidateEntries, listEntries } from './cacheEntries.ts';
import type { Command } from './command.ts';
import { openWorkspaceStore, readEnvironment } from './environment.ts';

interface Asked {
  readonly store: Store;
  readonly filter: EntryFilter;
  /** What stands behind the action's name. */
  readonly word: string | undefined;
}

interface Action {
  /** What the word behind it is; none unless given. */
  readonly word?: string;
  readonly takesFilter?: true;
  /** What it prints, as data and as text, and whether it went well. */
  run(asked: Asked): Promise<{ data: unknown; text: string; isFine?: boolean }>;
}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  tag: { type: 'string', multiple: true },
  prefix: { type: 'string' },
  pattern: { type: 'string' },
} as const;

const actions: Readonly<Record<string, Action>> = {
  stats: { run: stats },
  list: { takesFilter: true, run: list },
  get: { word: 'key', run: get },
  invalidate: { takesFilter: true, run: invalidate },
  clear: { run: clear },
  explain: { word: 'key', run: explain },
  verify: { run: verify },
};

/** `memoir cache`: what is remembered here. */
export const cache: Command = {
  summary: 'what is remembered here: stats, list, get, invalidate, clear, explain, warm, verify, doctor',
  usage: `memoir cache stats|clear|verify|doctor [--json]
       memoir cache list|invalidate [--tag t]… [--prefix p] [--pattern glob] [--json]
       memoir cache get|explain <key> [--json]
       memoir cache warm <notebook> [--json]`,
  async run(args) {
    if (args[0] === 'warm') return (await import('./run.ts')).run.run([...args.slice(1), '--stale-only']);
    if (args[0] === 'doctor') return (await import('./cacheDoctor.ts')).cacheDoctor(args.slice(1));
    const name = args.find((arg) => !arg.startsWith('-')) ?? '';
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) throw new UsageError(name ? `The cache does not know "${name}".` : 'An argument is missing.');
    const { values, positionals } = readArguments(args, OPTIONS, action.word ? 2 : 1);
    const filter = filterOf(values);
    if (!action.takesFilter && Object.keys(filter).length > 0)
      throw new UsageError(`${name} concerns all that is kept.`);
    const { store } = openWorkspaceStore(findWorkspace(process.cwd()), readEnvironment());
    try {
      const { data, text, isFine = true } = await action.run({ store, filter, word: positionals[1] });
      console.log(values.json ? JSON.stringify(data, null, 2) : text);
      return isFine ? 0 : 1;
    } finally {
      await store.close();
    }
  },
};

type Given = {
  readonly tag?: string[] | undefined;
  readonly prefix?: string | undefined;
  readonly pattern?: string | undefined;
};

function filterOf({ tag, prefix, pattern }: Given): EntryFilter {
  return {
    ...(tag && { tags: tag }),
    ...(prefix !== undefined && { prefix }),
    ...(pattern !== undefined && { pattern }),
  };
}

async function stats({ store }: Asked) {
  const { hits, misses, hitRate, entries, bytes, savedMs, errors, tiers, values } = await store.stats();
  const lines = [
    `${formatPercent(hitRate)} of ${formatCount(hits + misses, 'look-up')} were hits; ${formatDuration(savedMs)} saved.`,
    `${countEntries(entries)}, ${formatBytes(bytes)}; ${formatCount(values.files, 'value')}, ${formatBytes(values.bytes)}.`,
    ...tiers.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem}`] : [])),
  ];
  const data = { hits, misses, hitRate, entries, bytes, savedMs, errors, tiers, values };
  return { data, text: lines.join('\n') };
}

async function list({ store, filter }: Asked) {
  const { entries, text } = await listEntries(store, filter);
  return { data: { entries }, text };
}

async function get({ store, word: key = '' }: Asked) {
  const found = await findEntry(store, key);
  if (!found) throw new UserError(`Nothing is kept under "${key}". memoir cache list shows what is.`);
  const { value, tier, meta } = found;
  const data = { key, tier, ...meta, value: jsonOf(value) ?? null, preview: inspect(value, { depth: 4 }) };
  return { data, text: inspect(value, { depth: 8, maxArrayLength: 1000, colors: process.stdout.isTTY }) };
}

async function invalidate({ store, filter }: Asked) {
  if (Object.keys(filter).length === 0) throw new UsageError('Say which: --tag, --prefix or --pattern.');
  const invalidated = await invalidateEntries(store, filter);
  return { data: { invalidated }, text: `Invalidated ${countEntries(invalidated)}.` };
}

async function clear({ store }: Asked) {
  const before = await store.stats();
  await store.clear();
  const removed = { entries: before.entries, bytes: before.bytes + before.values.bytes };
  return { data: { removed }, text: `Cleared ${countEntries(removed.entries)}, ${formatBytes(removed.bytes)}.` };
}

async function explain({ store, word: key = '' }: Asked) {
  const explanation = await explainEntry(store, key);
  return { data: explanation, text: explanation.reason };
}

async function verify({ store }: Asked) {
  const found = await store.verify();
  if (!found) throw new UserError('The cache cannot be read. memoir cache doctor says why.');
  const { entries, damaged, orphans, file } = found;
  const text = [
    `Looked at ${countEntries(entries)}: ${damaged.length === 0 ? 'all are sound' : `removed ${damaged.length} that could not be believed`}.`,
    ...(orphans > 0 ? [`Removed ${formatCount(orphans, 'file')} that belonged to no entry.`] : []),
    ...(file === 'ok' ? [] : [`SQLite says: ${file}`]),
  ].join('\n');
  return { data: found, text, isFine: damaged.length === 0 && file === 'ok' };
}

/** The value where JSON holds it exactly. */
function jsonOf(value: unknown): unknown {
  try {
    const text = JSON.stringify(value);
    return text !== undefined && inspect(JSON.parse(text), { depth: 50 }) === inspect(value, { depth: 50 })
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
