// %% [markdown]
// # Everything a notebook can show
//
// Each widget gives its value to the cell that declares it. Move one, and what uses it follows.

// %% Imports
import {
  accordion, audio, button, callout, chart, checkbox, code, color, columns, date, dateRange, display, download, file, form,
  html, image, json, live, md, mermaid, multiselect, number, progress, radio, range, refresh, select, selection, sidebar,
  slider, stat, tableView, tabs, text, textarea, toast, toggle, video, widget,
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
const { onlyLate, logScale, shape, presses } = columns(() => ({
  onlyLate: checkbox('Only late flights', { value: true }),
  logScale: toggle('Logarithmic scale'),
  shape: tabs('Shape', ['Bars', 'Lines']),
  presses: button('Tell me'),
}));

// %% Told in passing
if (presses > 0) toast(`You have asked ${presses === 1 ? 'once' : `${presses} times`}.`);

// %% Days
const { since, season, upload } = columns(() => ({
  since: date('Since', { value: '2026-01-01' }),
  season: dateRange('Season', { value: { min: '2026-06-01', max: '2026-08-31' } }),
  upload: file('Your own data', { accept: '.csv' }),
}));

// %% [markdown]
// ## A form, a chart to select in, a widget of one's own

// %% A form
const trip = form('Trip', () => ({
  from: text('From', { value: 'Oslo', required: true }),
  nights: slider('Nights', { min: 1, max: 14, value: 3 }),
  window: checkbox('Window seat', { value: true }),
}), { submit: 'Book' });

// %% Select in a chart
const flights = Array.from({ length: 90 }, (_, i) => ({ distance: 200 + ((i * 7919) % 2300), delay: 5 + ((i * 104729) % 71), carrier: ['KLM', 'SAS', 'Swiss'][i % 3] }));
const picked = selection(chart(flights, { mark: 'point', x: 'distance', y: 'delay', color: 'carrier', height: 180 }));

// %% A widget of one's own
const { count } = widget(`
  export default {
    render({ model, el }) {
      const button = document.createElement('button');
      const show = () => { button.textContent = 'Counted to ' + model.get('count'); };
      button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
      model.on('change:count', show);
      show();
      el.append(button);
    },
  };`, {
  state: { count: 0 },
  label: 'Counter',
  css: 'button { padding: 4px 12px; border: 1px solid currentColor; border-radius: 12px; background: none; color: inherit; font: inherit; }',
});

// %% What they say
json({ year, years, seats, airport, accent, notes, region, unit, carriers, onlyLate, logScale, shape, presses, since, season, upload, trip, picked, count })

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

// %% Pictures, sound, film and HTML
const tone = Buffer.alloc(44 + 8000); // half a second of A, as a WAV file
tone.write('RIFF');
tone.writeUInt32LE(36 + 8000, 4);
tone.write('WAVEfmt ', 8);
tone.set([16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0x80, 0x3e, 0, 0, 1, 0, 8, 0], 16);
tone.write('data', 36);
tone.writeUInt32LE(8000, 40);
for (let i = 0; i < 8000; i++) tone[44 + i] = 128 + 60 * Math.sin((2 * Math.PI * 440 * i) / 16000);

columns([
  image('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 60" width="180" height="90"><path d="M5 45 Q30 5 60 30 Q90 5 115 45" fill="none" stroke="#ee642b" stroke-width="5" stroke-linecap="round"/></svg>', { alt: 'A bird far away' }),
  video('data/birds.mp4'),
  audio(tone),
  html`<details><summary>HTML, in a frame of its own</summary><p>It reaches neither the page nor the network.</p></details>`,
])

// %% [markdown]
// ## Live

// %% Latest
live(async function* (signal) {
  while (!signal.aborted) {
    yield process.memoryUsage().rss;
    await new Promise((done) => setTimeout(done, 1000));
  }
}, (bytes) => stat('Memory of this notebook', bytes, { format: 'bytes' }))

// %% Every ten seconds
const tick = refresh('10 s');

// %% So far
md`Refreshed **${tick}** times since it was opened.`

// %% Set apart
sidebar(md`What stands here goes beside the notebook in an app.`)

// %% Progress
let sum = 0;
for (const n of progress(Array.from({ length: 200 }, (_, i) => i), 'Adding up')) sum += n;

display(download(months, 'months.csv'));
sum
