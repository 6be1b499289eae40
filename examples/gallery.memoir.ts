// %% [markdown]
// # Everything a notebook can show
//
// Each widget gives its value to the cell that declares it. Move one, and what uses it follows.

// %% Imports
import {
  accordion, button, callout, chart, checkbox, code, color, columns, date, dateRange, display, download, file, form, json,
  md, mermaid, multiselect, number, progress, radio, range, select, slider, stat, tableView, tabs, text, textarea, toggle,
} from 'memoir';

// %% [markdown]
// ## Numbers

// %% Numbers
const { year, years, seats } = columns(() => ({
  year: slider('Year', { min: 1990, max: 2025, value: 2012 }),
  years: range('Years', { min: 1990, max: 2025, value: { min: 1998, max: 2019 } }),
  seats: number('Seats', { min: 1, max: 500, value: 180, help: 'From 1 to 500.' }),
}));

// %% [markdown]
// ## Text

// %% Texts
const { airport, accent, notes } = columns(() => ({
  airport: text('Airport', { value: 'OSL', placeholder: 'OSL', pattern: /[A-Z]{3}/, patternHelp: 'must be three capitals' }),
  accent: color('Accent', { value: '#ee642b' }),
  notes: textarea('Notes', { placeholder: 'What you saw', rows: 3 }),
}));

// %% [markdown]
// ## Choices

// %% Choices
const { region, carriers, unit } = columns(() => ({
  region: select('Region', [{ label: 'Everywhere', value: 'all' }, 'East', 'Middle', 'West']),
  unit: radio('Unit', [{ label: 'Kilometres', value: 1 }, { label: 'Miles', value: 0.621371 }]),
  carriers: multiselect('Carriers', ['Aer Lingus', 'Delta', 'Finnair', 'KLM', 'Lufthansa', 'Norwegian', 'SAS', 'Swiss', 'United'], {
    value: ['Norwegian', 'SAS'],
  }),
}));

// %% Switches
const { onlyLate, logScale, presses } = columns(() => ({
  onlyLate: checkbox('Only late flights', { value: true }),
  logScale: toggle('Logarithmic scale'),
  presses: button('Count me'),
}));

// %% Days
const { since, season, upload } = columns(() => ({
  since: date('Since', { value: '2026-01-01' }),
  season: dateRange('Season', { value: { min: '2026-06-01', max: '2026-08-31' } }),
  upload: file('Your own data', { accept: '.csv' }),
}));

// %% A form
const trip = form('Trip', () => ({
  from: text('From', { value: 'Oslo', required: true }),
  nights: slider('Nights', { min: 1, max: 14, value: 3 }),
  window: checkbox('Window seat', { value: true }),
}), { submit: 'Book' });

// %% What they say
json({ year, years, seats, airport, accent, notes, region, unit, carriers, onlyLate, logScale, presses, since, season, upload, trip })

// %% [markdown]
// ## Layout

// %% Numbers that matter
const monthly = Array.from({ length: 24 }, (_, month) => 420 + 260 * Math.sin(month / 1.9) + ((month * 37) % 90));

columns([
  stat('Strikes', 1204, { before: 1100, good: 'down', trend: monthly }),
  stat('On time', 0.913, { format: 'percent', change: 0.021, good: 'up' }),
  stat('Cost', 4_130_000, { format: (dollars) => `$${(dollars / 1e6).toFixed(2)} M`, help: 'All of them together' }),
])

// %% Tabs
const months = monthly.map((strikes, i) => ({ month: new Date(Date.UTC(2024, i)), strikes: Math.round(strikes), species: i % 3 ? 'Red-tailed hawk' : 'Mourning dove' }));

tabs({
  Chart: chart(months, { mark: 'bar', x: { field: 'month', type: 'temporal' }, y: 'strikes', height: 180 }),
  Table: tableView(months),
  Source: code(`SELECT month, count(*) AS strikes\nFROM reports -- one row each\nWHERE size = 'Large'\nGROUP BY month`, { language: 'sql' }),
})

// %% Unfold
accordion({
  'How it is counted': md`Each report counts **once**, however many birds there were.`,
  'Raw data': () => tableView(months),
})

// %% Remarks
columns([
  callout('Reports were voluntary: strikes without damage are **under-reported**.', { tone: 'warning' }),
  callout('Move a slider back: nothing is computed again.', { tone: 'tip' }),
])

// %% A diagram
mermaid('graph LR; Load --> Clean --> Chart; Clean --> Table; Load -.-> Cache')

// %% Progress
let sum = 0;
for (const n of progress(Array.from({ length: 200 }, (_, i) => i), 'Adding up')) sum += n;

display(download(months, 'months.csv'));
sum
