// How much computing time a cache saves within a limit, by what it drops: our policy beside the known ones, on fixed traces.
// `node bench/eviction.ts [--json]`
import { CostAware } from '../src/cache/costAware.ts';
import { DiskPolicy } from '../src/cache/diskPolicy.ts';
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

/** As the disk tier removes: all that the policy dropped, once the limit is met. */
function onDisk(maxBytes: number): Rival {
  const policy = new DiskPolicy({ maxBytes, maxEntries: Number.POSITIVE_INFINITY });
  const held = new Map<string, number>();
  let total = 0;
  const makeRoom = () => {
    const { doomed } = policy;
    for (const key of doomed) {
      total -= held.get(key)!;
      held.delete(key);
    }
    policy.forget(doomed);
  };
  return {
    access: ({ key: number, bytes, cost }) => {
      const key = String(number);
      const isHit = held.has(key);
      if (isHit) policy.use(key, bytes, cost);
      else policy.add(key, bytes, cost);
      if (isHit) return true;
      held.set(key, bytes);
      total += bytes;
      if (total > maxBytes) makeRoom();
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
