// %% How busy
import { chart, md, slider, tableView } from 'memoir';

const perHour = slider('Customers an hour', { min: 20, max: 120, step: 20, value: 60 });

// %% Tills
const tills = slider('Tills', { min: 1, max: 6, value: 2 });

// %% Chance
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

// %% A day
const days = 60;
const waits = Array.from({ length: days }, (_, day) => {
  const chance = chances(day + 1);
  const free = Array.from({ length: tills }, () => 0);
  const waited: number[] = [];
  for (let at = 0; at < 36_000; at += (-3600 / perHour) * Math.log(1 - chance())) {
    const till = free.indexOf(Math.min(...free));
    const start = Math.max(at, free[till]!);
    waited.push(start - at);
    free[till] = start + 30 + 120 * chance();
  }
  return waited;
});

// %% Every customer
const customers = waits.flatMap((waited, day) =>
  waited.map((seconds, nth) => ({ day, nth, seconds: Math.round(seconds) })),
);
tableView(customers);

// %% Longest waits
const quantiles = [0.5, 0.9, 0.99].map((share) => {
  const sorted = customers.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return { share, seconds: sorted[Math.floor(share * (sorted.length - 1))] };
});

// %% By day
const means = waits.map((waited, day) => ({ day, mean: waited.reduce((sum, one) => sum + one, 0) / waited.length }));
chart(means, { mark: 'line', x: 'day', y: 'mean' });

// %% Spread
chart(
  customers.filter(({ nth }) => nth % 7 === 0),
  { mark: 'point', x: 'nth', y: 'seconds' },
);

// %% In words
md`With ${tills} tills, one customer in ten waits longer than ${quantiles[1]!.seconds} seconds.`;
