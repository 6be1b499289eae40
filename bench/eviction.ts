// How much computing time a cache saves within a limit, by what it drops: our policy beside the known ones, on fixed traces.
// `node bench/eviction.ts [--json]`
import { CostAware } from '../src/cache/costAware.ts';
import { type Use, worthOf } from '../src/cache/policy.ts';
import { type Rival, rivals } from './eviction/rivals.ts';
import { type Trace, traces } from './eviction/traces.ts';

interface Row {
  readonly trace: string;
  /** The share of all computing time that hits saved, in percent, by policy. */
  readonly saved: Readonly<Record<string, number>>;
  /** Ours against the best of the others, and against LRU where costs differ. */
  readonly toBest: number;
  readonly toLru: number | null;
}

const policies: Readonly<Record<string, (maxBytes: number) => Rival>> = { ...rivals, Memoir: ours, 'on disk': onDisk };
const rows = traces().map(compare);
const means = Object.fromEntries(
  Object.keys(policies).map((name) => [name, rows.reduce((sum, { saved }) => sum + saved[name]!, 0) / rows.length]),
);
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ suite: 'eviction', node: process.version, rows, means }, null, 2));
else printTable();

function compare({ name, accesses, maxBytes, costsDiffer }: Trace): Row {
  const all = accesses.reduce((sum, { cost }) => sum + cost, 0);
  const saved: Record<string, number> = {};
  for (const [policy, open] of Object.entries(policies)) {
    const cache = open(maxBytes);
    saved[policy] = (accesses.reduce((sum, access) => sum + (cache.access(access) ? access.cost : 0), 0) / all) * 100;
  }
  const best = Math.max(...Object.keys(rivals).map((rival) => saved[rival]!));
  return { trace: name, saved, toBest: saved.Memoir! / best, toLru: costsDiffer ? saved.Memoir! / saved.LRU! : null };
}

function ours(maxBytes: number): Rival {
  const policy = new CostAware({ maxBytes, maxEntries: Number.POSITIVE_INFINITY });
  return {
    access: ({ key, bytes, cost }) => {
      const isHit = policy.has(String(key));
      if (isHit) policy.use(String(key));
      else policy.add(String(key), bytes, cost);
      return isHit;
    },
  };
}

/** As the disk tier removes: down to nine tenths of the limit, what is worth least first. A trace takes a month. */
function onDisk(maxBytes: number): Rival {
  const step = (30 * 86_400_000) / 200_000;
  const held = new Map<number, { -readonly [field in keyof Use]: Use[field] }>();
  let bytes = 0;
  let now = 0;
  const makeRoom = () => {
    const worths = [...held].map(([key, use]) => ({ key, bytes: use.bytes, worth: worthOf(use, now) }));
    for (const least of worths.sort((a, b) => a.worth - b.worth)) {
      if (bytes <= maxBytes * 0.9) return;
      held.delete(least.key);
      bytes -= least.bytes;
    }
  };
  return {
    access: ({ key, bytes: size, cost }) => {
      now += step;
      const use = held.get(key);
      if (use) {
        use.hits += 1;
        use.lastUsed = now;
        return true;
      }
      held.set(key, { bytes: size, savedMs: cost, hits: 0, createdAt: now, lastUsed: now });
      bytes += size;
      if (bytes > maxBytes) makeRoom();
      return false;
    },
  };
}

function printTable(): void {
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(42), ...cells.map((cell) => cell.padStart(10))].join('');
  console.log(line('computing time saved, %', [...Object.keys(policies), 'to best', 'to LRU']));
  for (const { trace, saved, toBest, toLru } of rows) {
    const shares = Object.values(saved).map((share) => share.toFixed(1));
    console.log(line(trace, [...shares, toBest.toFixed(3), toLru === null ? '' : `${toLru.toFixed(2)} ×`]));
  }
  console.log(
    line(
      'mean',
      Object.values(means).map((share) => share.toFixed(1)),
    ),
  );
}
