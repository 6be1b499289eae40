// One way of hitting in a process of its own: `node hits.ts <name>` prints how many nanoseconds of CPU one hit takes.
import { LRUCache } from 'lru-cache';
import { cached } from '../../src/cache/programCache.ts';
import { peer } from './peers.ts';

/** Runs an operation `times` times, and consumes what it gives. */
type Loop = (times: number) => number | Promise<number>;

const entries = 1000;
const value = (x: number) => ({ result: x });
const objects = Array.from({ length: entries }, (_, index) => ({ from: index + 1, to: '2024-12-31', deep: true }));
const day = 86_400_000;

/** Loops over the results of calls with 1 to 1,000; all of them are hits. */
const variants: Record<string, () => Loop | Promise<Loop>> = {
  'Map.get': () => {
    const map = new Map(numbers().map((x) => [x, value(x)]));
    return sync((x) => map.get(x)!);
  },
  'Map.get of a text': () => {
    const names = numbers().map((x) => `customer ${x}`);
    const map = new Map(names.map((name) => [name, { result: name.length }]));
    return sync((x) => map.get(names[x - 1]!)!);
  },
  'cached, one argument': () => sync(cached(value)),
  'cached, one text': () => {
    const names = numbers().map((x) => `customer ${x}`);
    const call = cached((name: string) => ({ result: name.length }));
    return sync((x) => call(names[x - 1]!));
  },
  'cached, two arguments': () => {
    const call = cached((x: number, unit: string) => ({ result: x + unit.length }));
    return sync((x) => call(x, 'm'));
  },
  'cached, a small object': () => {
    const call = cached((range: (typeof objects)[number]) => ({ result: range.from }));
    return sync((x) => call(objects[x - 1]!));
  },
  'lru-cache with ttl': () => {
    const cache = new LRUCache<number, { result: number }>({ max: entries, ttl: day });
    for (const x of numbers()) cache.set(x, value(x));
    return sync((x) => cache.get(x)!);
  },
  await: () => {
    const given = Promise.resolve(value(1));
    const give = () => given;
    return async (times) => {
      let sum = 0;
      for (let run = 0; run < times; run++) sum += (await give()).result;
      return sum;
    };
  },
  'cached, asynchronous': () => awaited(cached(async (x: number) => value(x))),
  'cache-manager': async () => {
    const { createCache } = await peer<CacheManager>('cache-manager');
    const cache = createCache({ ttl: day });
    return awaited((x) => cache.wrap(String(x), () => value(x)));
  },
  bentocache: async () => {
    const { BentoCache, bentostore } = await peer<Bento>('bentocache');
    const { memoryDriver } = await peer<Bento>('bentocache/drivers/memory');
    const store = bentostore().useL1Layer(memoryDriver({ maxItems: entries }));
    const cache = new BentoCache({ default: 'memory', stores: { memory: store } });
    return awaited((x) => cache.getOrSet({ key: String(x), ttl: day, factory: () => value(x) }));
  },
  cacheable: async () => {
    const { Cacheable } = await peer<Cacheable>('cacheable');
    const cache = new Cacheable({ ttl: day });
    return awaited((x) => cache.getOrSet(String(x), async () => value(x)));
  },
};

interface Result {
  readonly result: number;
}
interface CacheManager {
  createCache(options: object): { wrap(key: string, make: () => Result): Promise<Result> };
}
interface Bento {
  readonly BentoCache: new (
    options: object,
  ) => { getOrSet(options: { key: string; ttl: number; factory: () => Result }): Promise<Result> };
  bentostore(): { useL1Layer(driver: unknown): unknown };
  memoryDriver(options: object): unknown;
}
interface Cacheable {
  readonly Cacheable: new (options: object) => { getOrSet(key: string, make: () => Promise<Result>): Promise<Result> };
}

const [name = ''] = process.argv.slice(2);
const loop = await variants[name]!();
for (let round = 0; round < 20; round++) await loop(5000); // fills the cache, and warms up
let times = 5000;
while ((await millisecondsOf(times)) < 40) times *= 2;
const results: number[] = [];
for (let round = 0; round < 7; round++) results.push(((await millisecondsOf(times)) * 1e6) / times);
console.log(JSON.stringify(results.sort((a, b) => a - b)[3]));
process.exit();

async function millisecondsOf(count: number): Promise<number> {
  const started = process.cpuUsage(); // other programs do not count
  await loop(count);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function numbers(): number[] {
  return Array.from({ length: entries }, (_, index) => index + 1);
}

function sync(call: (x: number) => { readonly result: number }): Loop {
  return (count) => {
    let sum = 0;
    for (let run = 0; run < count; run++) sum += call((run % entries) + 1).result;
    return sum;
  };
}

function awaited(call: (x: number) => Promise<{ readonly result: number }>): Loop {
  return async (count) => {
    let sum = 0;
    for (let run = 0; run < count; run++) sum += (await call((run % entries) + 1)).result;
    return sum;
  };
}
