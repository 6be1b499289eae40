// %% [markdown]
// # Which birds hurt aircraft?
//
// Between 1990 and 2002, pilots and airports told the US aviation authority about the birds, and the odd deer, that
// their aircraft ran into. Ten thousand of these reports are in `data/birdstrikes.csv`. Nine in ten tell of no damage.
// When, and with whom, does it end badly?

// %% Load
import { chart, load, md, slider, sql } from 'memoir';
import { dollars, most, oneIn, percent, type Month, type Species } from './words.ts';

const strikes = await load('data/birdstrikes.csv');

// %% Which reports {"layout": "sidebar"}
const since = slider('Reports since', { min: 1990, max: 2002, value: 1990 });

// %% [sql] Month by month {"layout": "hidden"}
const months = await sql`
  SELECT
    strftime(date, '%B') AS month,
    count(*) AS strikes,
    avg((damage <> 'None')::INT) AS damaged,
    avg((size = 'Large')::INT) AS large
  FROM ${strikes}
  WHERE year(date) >= ${since}
  GROUP BY month(date), month
  ORDER BY month(date)`;

// %% When it happens {"hideCode": true}
chart(months, {
  title: { text: 'When it happens', subtitle: 'Strikes reported in each month, darker where more of them did damage' },
  mark: { type: 'bar', cornerRadiusEnd: 3 },
  height: 240,
  x: { field: 'month', sort: null, title: null, axis: { labelAngle: 0, labelExpr: 'slice(datum.label, 0, 3)' } },
  y: { field: 'strikes', title: 'Strikes' },
  color: { field: 'damaged', title: 'Did damage', legend: { format: '.0%' }, scale: { scheme: 'goldorange' } },
  tooltip: [
    { field: 'month', title: 'Month' },
    { field: 'strikes', title: 'Strikes' },
    { field: 'damaged', title: 'Did damage', format: '.0%' },
    { field: 'large', title: 'Hit a large animal', format: '.0%' },
  ],
})

// %% [sql] Species by species {"layout": "hidden"}
const species = await sql`
  SELECT
    species,
    count(*) AS strikes,
    avg((damage <> 'None')::INT) AS damaged,
    sum(cost) AS cost,
    count(*) / sum(count(*)) OVER () AS of_strikes,
    sum(cost) / sum(sum(cost)) OVER () AS of_cost
  FROM ${strikes}
  WHERE year(date) >= ${since}
  GROUP BY species
  QUALIFY species NOT LIKE 'Unknown%' AND sum(cost) > 0
  ORDER BY cost DESC
  LIMIT 12`;

// %% Who it was {"hideCode": true}
chart(species, {
  title: { text: 'Who it was', subtitle: 'Cost of the strikes with each species, darker where more of them did damage' },
  mark: { type: 'bar', cornerRadiusEnd: 3 },
  x: { field: 'cost', title: 'Dollars', axis: { format: '$~s' } },
  y: { field: 'species', sort: '-x', title: null },
  color: { field: 'damaged', title: 'Did damage', legend: { format: '.0%' }, scale: { scheme: 'goldorange' } },
  tooltip: [
    { field: 'species', title: 'Species' },
    { field: 'strikes', title: 'Strikes' },
    { field: 'damaged', title: 'Did damage', format: '.0%' },
    { field: 'cost', title: 'Cost', format: '$,.0f' },
  ],
})

// %% In words {"layout": {"order": 1.5}}
const _months = (await months.rows()) as Month[];
const _busy = most(_months, 'strikes');
const _grim = most(_months, 'damaged');
const _dear = most((await species.rows()) as Species[], 'cost');

md`
  Since ${since}, most strikes happened in **${_busy.month}**, when ${percent(_busy.damaged)} of them did damage. Yet the
  month to fear is **${_grim.month}**: there are fewer birds, but larger ones, and ${percent(_grim.damaged)} of the
  strikes did damage.

  The dearest bird is the **${_dear.species}**, met in ${percent(_dear.of_strikes)} of all strikes and paid for with
  ${percent(_dear.of_cost)} of all costs, ${dollars(_dear.cost)}. It left a mark ${oneIn(_dear.damaged)}.`

// %% [markdown] {"layout": "hidden"}
// ## Things to try
//
// - Move the slider. The file is not opened again; the two queries run, then what is drawn from them. Move it back:
//   everything comes from the cache.
// - Change how `words.ts` writes dollars, and save. Only *In words* runs.
// - Put a comment into any cell, or give it another title. Nothing runs.
