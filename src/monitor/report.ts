import { formatBytes, formatCount, formatDuration, formatPercent } from '../base/format.ts';
import { textTable } from '../base/textTable.ts';
import type { PoolNews } from '../protocol/database.ts';
import type { Alert } from './alert.ts';
import { isOfDatabase, isQuery } from './database.ts';
import type { CacheFigures, Figures } from './figures.ts';
import type { Recommendation } from './recommend.ts';
import type { ResourceUse } from './resources.ts';
import type { Place } from './tally.ts';

const operationsShown = 20;

/** What was measured, for a terminal: one section each, empty ones left out. */
export function reportText(
  figures: Figures,
  alerts: readonly Alert[],
  recommendations: readonly Recommendation[],
  { cache, resources = [] }: { readonly cache?: CacheFigures; readonly resources?: readonly ResourceUse[] } = {},
): string {
  const sections = [
    cache && section('Cache', cacheLines(cache)),
    section('Operations', operationLines(figures)),
    section('Cached functions', callLines(figures)),
    section('Database', databaseLines(figures)),
    section('Metrics', metricLines(figures)),
    section('Alerts', alerts.map(alertText)),
    section('Recommendations', recommendations.map(recommendationText)),
    section('Resources', resourceLines(resources)),
  ];
  return sections.filter(Boolean).join('\n\n') || 'Nothing was measured yet.';
}

/** Where something is, for a terminal: `report.ts:12`. */
function placeText(place: Place | null): string {
  if (!place) return '';
  if (place.cell) return `${place.file}, cell ${place.cell.index + 1}`;
  return place.line === undefined ? place.file : `${place.file}:${place.line}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length ? [title, ...lines.map((line) => line.replace(/^/gm, '  '))].join('\n') : '';
}

function cacheLines({ hits, misses, hitRate, entries, bytes, savedMs, tiers }: CacheFigures): string[] {
  const lookUps = hits + misses;
  return [
    lookUps
      ? `${formatPercent(hitRate)} of ${formatCount(lookUps, 'look-up')} were hits; ${formatDuration(savedMs)} saved.`
      : 'No look-ups yet.',
    `${formatCount(entries, 'entry', 'entries')}, ${formatBytes(bytes)}${tiers.length ? `: ${tiers.map((tier) => `${tier.name} ${formatBytes(tier.bytes)}`).join(', ')}` : ''}.`,
  ];
}

function operationLines({ operations: all }: Figures): string[] {
  const operations = all.filter((operation) => !isQuery(operation)); // they have a section of their own
  const rows = operations
    .slice(0, operationsShown)
    .map(({ name, count, medianMs, maxMs, lastMs, errors }) => [
      name,
      count.toLocaleString('en-US'),
      ...[medianMs, maxMs, lastMs].map(formatDuration),
      errors ? formatCount(errors, 'error') : '',
    ]);
  const more = operations.length - operationsShown;
  const table = textTable(['', 'count', 'median', 'max', 'last', ''], rows);
  return more > 0 ? [...table, `… and ${formatCount(more, 'more operation')}`] : table;
}

function callLines({ calls }: Figures): string[] {
  const rows = calls.map(({ name, sums: { hits, misses, savedMs, computeMs } }) => [
    name,
    ...[hits, misses].map((count) => count.toLocaleString('en-US')),
    formatPercent(hits / (hits + misses)),
    ...[computeMs, savedMs].map(formatDuration),
  ]);
  return textTable(['', 'hits', 'misses', 'rate', 'computed', 'saved'], rows);
}

function databaseLines({ database }: Figures): string[] {
  if (!database) return [];
  const { queries, hitRate, errors, medianMs, maxMs, slowest, pools } = database;
  const failed = errors ? ` ${formatCount(errors, 'query', 'queries')} failed.` : '';
  return [
    `${formatCount(queries, 'query', 'queries')}, ${formatPercent(hitRate)} from the cache; median ${formatDuration(medianMs)}, slowest ${formatDuration(maxMs)}.${failed}`,
    ...pools.map(poolText),
    ...textTable(
      ['', 'count', 'max'],
      slowest.map(({ sql, count, maxMs: ms }) => [sql, count.toLocaleString('en-US'), formatDuration(ms)]),
    ),
  ];
}

function poolText({ where, open, idle, waiting, queries, errors, slowestMs }: PoolNews): string {
  const failed = errors ? `, ${errors} failed` : '';
  return `${where}: ${formatCount(open, 'connection')} open, ${idle} idle, ${waiting} waiting; ${formatCount(queries, 'query', 'queries')}${failed}, slowest ${formatDuration(slowestMs)}.`;
}

function metricLines(figures: Figures): string[] {
  const own = <T extends { readonly name: string }>(all: readonly T[]) => all.filter((one) => !isOfDatabase(one));
  const [counters, gauges, histograms] = [own(figures.counters), own(figures.gauges), own(figures.histograms)];
  const number = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
  return textTable(
    ['', 'value'],
    [
      ...counters.map(({ name, value }) => [name, value.toLocaleString('en-US')]),
      ...gauges.map(({ name, value }) => [name, number(value)]),
      ...histograms.map(({ name, count, median, max }) => [
        name,
        `${number(count)} × median ${number(median)}, max ${number(max)}`,
      ]),
    ],
  );
}

function alertText({ severity, what, where, advice, acknowledged }: Alert): string {
  const at = placeText(where);
  return `${severity === 'error' ? '✗' : '!'} ${what}${acknowledged ? ' (seen)' : ''}${at ? `\n  at ${at}` : ''}\n  ${advice}`;
}

function recommendationText({ what, why, where, predictedMs }: Recommendation): string {
  const at = placeText(where);
  const saving = predictedMs === null ? '' : ` Saves about ${formatDuration(predictedMs)}.`;
  return `→ ${what}${at ? `\n  at ${at}` : ''}\n  ${why}${saving}`;
}

function resourceLines(resources: readonly ResourceUse[]): string[] {
  return textTable(
    ['', 'pid', 'CPU', 'memory'],
    resources.map(({ name, pid, cpuPercent, rssMB }) => [
      name,
      String(pid),
      formatPercent(cpuPercent / 100),
      formatBytes(rssMB * 1e6),
    ]),
  );
}
