// %% [markdown]
// # A year of bicycle rides
//
// One million two hundred thousand rides between twelve stations of a town that does not exist, made up by the first cell and the
// same on every machine. Run the notebook twice: the second time nothing is made, and moving the station back is free.

// %% Rides
import { chart, md, pipeline, precompute, select, sql, stat } from 'memoir';

const STATIONS = ['Harbour', 'Old Town', 'Castle', 'Market', 'University', 'Station', 'Park', 'Stadium', 'Museum', 'Mill', 'Bridge', 'Hill'];

/** What is made up of each ride: a number between 0 and 1, another one for every `what`. */
const chance = (what: number) => `((hash(ride * 31 + ${what}) % 1000003 + 1) / 1000004)`;
const bell = (what: number) => `(sqrt(-2 * ln(${chance(what)})) * cos(2 * pi() * ${chance(what + 1)}))`;

const rides = await pipeline('rides', [
  ['make', async () =>
    (await sql`SELECT range AS ride FROM range(1200000)`).derive({
      day: `floor(365 * acos(1 - 2 * ${chance(1)}) / pi())::INTEGER`,
      clock: `CASE WHEN ${chance(2)} < 0.35 THEN 8.2 + 0.9 * ${bell(3)}
        WHEN ${chance(2)} < 0.75 THEN 17.4 + 1.4 * ${bell(3)} ELSE 13 + 3.5 * ${bell(3)} END`,
      minutes: `round(exp(2.4 + 0.55 * ${bell(5)}), 1)`,
      warmth: bell(7),
      start: `floor(12 * ${chance(9)} * ${chance(10)})::INTEGER`,
      finish: `floor(12 * ${chance(11)})::INTEGER`,
    })],
  ['tidy', (made) =>
    made
      .where('clock >= 0 AND clock < 24')
      .derive({
        date: `DATE '2025-01-01' + day`,
        hour: 'floor(clock)::INTEGER',
        degrees: 'round(9 - 11 * cos(2 * pi() * (day - 15) / 365) + 4 * warmth, 1)',
        from: sql`(${STATIONS})[1 + start]`,
        to: sql`(${STATIONS})[1 + finish]`,
      })
      .select('ride', 'date', 'hour', 'from', 'to', 'minutes', 'degrees')],
]);

// %% Smaller
const small = await rides.optimize();
const { bytesBefore, bytesAfter } = small.optimization;
stat('Memory that the rides take, in MB', bytesAfter / 1e6, { before: bytesBefore / 1e6, good: 'down' })

// %% Cubes
const cubes = await precompute(small, [['from', 'hour'], ['date']], { rides: 'count', degrees: 'mean(degrees)' });

// %% Which station {"layout": "sidebar"}
const station = select('From', ['everywhere', ...STATIONS]);

// %% When they ride
const some = station === 'everywhere' ? small : small.where({ from: station });
const hours = some.groupBy('hour').aggregate({ rides: 'count' });
chart(hours, { mark: 'bar', x: { field: 'hour', type: 'ordinal', title: 'Hour' }, y: { field: 'rides', title: 'Rides' } })

// %% The year {"hideCode": true}
const days = small.groupBy('date').aggregate({ rides: 'count', degrees: 'mean(degrees)' });
chart(days, { mark: 'point', x: { field: 'degrees', title: 'Mean temperature, °C' }, y: { field: 'rides', title: 'Rides on that day' } })

// %% [sql] Ways
const ways = await sql`
  SELECT "from", "to", count(*) AS rides, round(median(minutes), 1) AS minutes
  FROM ${small} WHERE "from" <> "to"
  GROUP BY ALL ORDER BY rides DESC LIMIT 12`;

// %% In words
const [first] = await ways.rows();
const [busiest] = await hours.sort('-rides').limit(1).rows();
md`Most ride from **${first.from}** to **${first.to}**, ${Number(first.rides).toLocaleString('en-US')} times in the year, and from
${station} most of all between ${busiest.hour} and ${Number(busiest.hour) + 1} o'clock.`
