import { basename } from 'node:path';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../base/format.ts';
import type { Alert } from '../monitor/alert.ts';
import { type DatabaseFigures, isQuery } from '../monitor/database.ts';
import type { CacheFigures, OperationFigures } from '../monitor/figures.ts';
import type { Recommendation } from '../monitor/recommend.ts';
import type { ResourceUse } from '../monitor/resources.ts';
import type { PoolNews } from '../protocol/database.ts';
import type { CommandId } from './contributions.ts';
import type { TreeNode } from './treeNode.ts';

/** Everything the sidebar shows. */
export interface PerformanceFigures {
  readonly cache: CacheFigures | null;
  readonly database: DatabaseFigures | null;
  readonly operations: readonly OperationFigures[];
  readonly alerts: readonly Alert[];
  readonly recommendations: readonly Recommendation[];
  readonly resources: readonly ResourceUse[];
}

/** More lines of a kind than this would only be scrolled past. */
const MAX_LINES = 50;
/** More alerts of one kind about cells of one notebook make one line. */
const MAX_ALONE = 5;

/** The sidebar's lines; none before anything was measured, so that the view can say what to do first. */
export function performanceTree(figures: PerformanceFigures, now: number): TreeNode[] {
  const { cache, database, operations, alerts, recommendations, resources } = figures;
  if (!operations.length && !(cache && cache.hits + cache.misses > 0)) return [];
  const sections = [
    ...(cache ? [cacheSection(cache)] : []),
    operationsSection(operations, now),
    ...(database ? [databaseSection(database)] : []),
    alertsSection(alerts, now),
    recommendationsSection(recommendations),
    resourcesSection(resources),
  ];
  // VS Code unfolds a line when it first appears: one that gets its first children must appear anew
  return sections.map((section) => (section.children?.length ? section : { ...section, id: `${section.id} (empty)` }));
}

function cacheSection(cache: CacheFigures): TreeNode {
  const { hits, misses, hitRate, entries, bytes, savedMs, errors, tiers } = cache;
  const lookUps = hits + misses;
  return {
    id: 'cache',
    label: 'Cache',
    description: lookUps ? `${formatPercent(hitRate)} hits · ${formatDuration(savedMs)} saved` : 'no look-ups yet',
    icon: 'database',
    context: 'cache',
    unfolded: true,
    children: [
      line('cache.hits', 'Hits', hits.toLocaleString('en-US'), 'Results that were remembered instead of computed.'),
      line(
        'cache.misses',
        'Misses',
        misses.toLocaleString('en-US'),
        'Look-ups that found nothing, first runs among them.',
      ),
      line('cache.saved', 'Time saved', formatDuration(savedMs), 'What the hits would have taken to compute.'),
      line('cache.entries', 'Entries', `${entries.toLocaleString('en-US')} · ${formatBytes(bytes)}`, 'Kept results.'),
      ...(errors
        ? [line('cache.errors', 'Errors', String(errors), 'A tier that fails counts as a miss.', 'warning')]
        : []),
      ...tiers.map((tier) =>
        line(
          `cache.tier.${tier.name}`,
          tier.name === 'memory' ? 'In memory' : tier.name === 'disk' ? 'On disk' : tier.name,
          `${formatCount(tier.entries, 'entry', 'entries')} · ${formatBytes(tier.bytes)}`,
          tier.problem ?? `What the tier "${tier.name}" holds.`,
          tier.problem && 'warning',
        ),
      ),
    ],
  };
}

function operationsSection(all: readonly OperationFigures[], now: number): TreeNode {
  const operations = all.filter((operation) => !isQuery(operation)); // they stand under Database
  const slowest = [...operations].sort((a, b) => b.medianMs - a.medianMs).slice(0, MAX_LINES);
  const left = operations.length - slowest.length;
  return {
    id: 'operations',
    label: 'Operations',
    description: formatCount(operations.length, 'operation') + (left ? `, the slowest ${MAX_LINES} shown` : ''),
    icon: 'pulse',
    unfolded: true,
    children: slowest.map((operation) => operationNode(operation, now)),
  };
}

function operationNode(operation: OperationFigures, now: number): TreeNode {
  const { name, count, medianMs, maxMs, lastMs, lastAt, errors, lastError, where } = operation;
  const failed = errors ? ` · ${errors} failed` : '';
  const [, file, cell] = /^(.+?) › (.*)$/.exec(name) ?? []; // what matters comes first where there is little room
  return {
    id: `operation ${name}`,
    label: cell ?? name,
    description: `${formatDuration(medianMs)} · ×${count}${failed}${file === undefined ? '' : ` · ${file}`}`,
    icon: errors ? 'error' : where?.cell ? 'symbol-event' : 'symbol-method',
    ...(errors && { colour: 'list.errorForeground' }),
    context: where?.cell ? 'operation.cell' : where ? 'operation.code' : 'operation',
    tooltip: `${name}\n\n${table([
      ['runs', String(count)],
      ['median', formatDuration(medianMs)],
      ['maximum', formatDuration(maxMs)],
      ['last', `${formatDuration(lastMs)}, ${ago(lastAt, now)}`],
      ...(errors ? [['failed', `${errors}${lastError ? `: ${lastError}` : ''}`] as const] : []),
    ])}`,
    ...(where && { command: opens(where) }),
  };
}

function databaseSection(database: DatabaseFigures): TreeNode {
  const { queries, hits, hitRate, errors, running, medianMs, p95Ms, maxMs, slowest, pools } = database;
  return {
    id: 'database',
    label: 'Database',
    description: `${formatCount(queries, 'query', 'queries')} · ${formatPercent(hitRate)} hits`,
    icon: 'table',
    unfolded: false,
    children: [
      line('database.hits', 'Hits', hits.toLocaleString('en-US'), 'Queries that were answered from the cache.'),
      line('database.running', 'Running', String(running), 'Queries under way.'),
      line(
        'database.median',
        'Time of a query',
        `${formatDuration(medianMs)} · at most ${formatDuration(maxMs)}`,
        `Median and maximum of queries that were worked out; 95 % took less than ${formatDuration(p95Ms)}.`,
      ),
      ...(errors ? [line('database.errors', 'Failed', String(errors), 'Queries that failed.', 'warning')] : []),
      ...pools.map(poolLine),
      ...slowest.map(({ sql, count, maxMs: ms }) =>
        line(`database.query ${sql}`, sql, `${formatDuration(ms)} · ×${count}`, sql, 'symbol-method'),
      ),
    ],
  };
}

function poolLine({ where, open, idle, waiting, queries, errors, slowestMs }: PoolNews): TreeNode {
  const counts = [formatCount(open, 'connection'), waiting ? `${waiting} waiting` : `${idle} idle`];
  const failed = errors ? `, ${errors} failed` : '';
  const did = `${formatCount(queries, 'query', 'queries')}${failed}; the slowest took ${formatDuration(slowestMs)}.`;
  return line(`database.pool ${where}`, where, counts.join(' · '), `Connections to PostgreSQL. ${did}`, 'plug');
}

function alertsSection(alerts: readonly Alert[], now: number): TreeNode {
  const open = alerts.filter(({ acknowledged }) => !acknowledged);
  return {
    id: 'alerts',
    label: 'Alerts',
    description: open.length ? `${open.length} open` : alerts.length ? `${alerts.length} acknowledged` : 'none',
    icon: open.length ? 'bell-dot' : 'bell',
    unfolded: true,
    children: alertNodes(alerts, now),
  };
}

function alertNodes(alerts: readonly Alert[], now: number): TreeNode[] {
  const groups = Map.groupBy(alerts, ({ id, rule, acknowledged, where }) =>
    where?.cell ? `${rule} ${where.file}${acknowledged ? ' (acknowledged)' : ''}` : id,
  );
  return [...groups].flatMap(([id, group]) =>
    group.length > MAX_ALONE ? [groupNode(id, group, now)] : group.map((alert) => alertNode(alert, now)),
  );
}

/** Alerts that are alike, about cells of one notebook. */
function groupNode(id: string, group: readonly Alert[], now: number): TreeNode {
  const [{ rule, where }, look] = [group[0]!, lookOf(group[0]!, now)];
  const left = group.length > MAX_LINES ? `, the first ${MAX_LINES} shown` : '';
  return {
    ...look,
    id: `alerts ${id}`,
    label: `${group.length} cells ${rule === 'failed-operation' ? 'failed' : 'were slow'}`,
    description: `${basename(where!.file)} · ${look.description}${left}`,
    children: group.slice(0, MAX_LINES).map((alert) => alertNode(alert, now)),
  };
}

function alertNode(alert: Alert, now: number): TreeNode {
  const { id, what, since, advice, evidence, acknowledged, where } = alert;
  return {
    ...lookOf(alert, now),
    id: `alert ${id}`,
    label: what,
    context: acknowledged ? 'alert.acknowledged' : 'alert',
    tooltip: `${what}\n\n${advice}\n\n${table([['since', ago(since, now)], ...Object.entries(evidence).map(inWords)])}`,
    ...(where && { command: opens(where) }),
  };
}

function lookOf({ severity, since, acknowledged }: Alert, now: number) {
  if (acknowledged) return { icon: 'check', description: 'acknowledged' };
  const colour = severity === 'error' ? 'list.errorForeground' : 'list.warningForeground';
  return { icon: severity, colour, description: ago(since, now) };
}

/** `lastMs: 1200` → `last`, `1.2 s`. */
function inWords([name, value]: [string, number | string]): readonly [string, string] {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.endsWith(' ms') ? [words.slice(0, -3), formatDuration(Number(value))] : [words, plain(value)];
}

function recommendationsSection(recommendations: readonly Recommendation[]): TreeNode {
  return {
    id: 'recommendations',
    label: 'Recommendations',
    description: recommendations.length ? String(recommendations.length) : 'none',
    icon: 'lightbulb',
    unfolded: true,
    children: recommendations.map(({ id, what, why, predictedMs, where }) => ({
      id: `recommendation ${id}`,
      label: what,
      description: predictedMs === null ? '' : `saves about ${formatDuration(predictedMs)}`,
      icon: 'lightbulb',
      context: 'recommendation',
      tooltip: `${what}\n\n${why}`,
      ...(where && { command: opens(where) }),
    })),
  };
}

function resourcesSection(resources: readonly ResourceUse[]): TreeNode {
  const memory = resources.reduce((sum, { rssMB }) => sum + rssMB, 0);
  return {
    id: 'resources',
    label: 'Resources',
    description: resources.length ? formatBytes(memory * 1e6) : 'no process runs',
    icon: 'server-process',
    children: resources.map(({ name, pid, cpuPercent, rssMB }) =>
      line(`resource ${pid}`, name, `${Math.round(cpuPercent)} % CPU · ${formatBytes(rssMB * 1e6)}`, `Process ${pid}.`),
    ),
  };
}

function line(id: string, label: string, description: string, tooltip: string, icon?: string): TreeNode {
  return { id, label, description, tooltip, ...(icon && { icon }) };
}

function opens(where: NonNullable<Alert['where']>): NonNullable<TreeNode['command']> {
  const id: CommandId = 'memoir.openPlace';
  return { id, arguments: [where] };
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `| | |\n|:--|--:|\n${rows.map(([name, value]) => `| ${name} | ${value.replace(/[|\n]/g, ' ')} |`).join('\n')}`;
}

function plain(value: string | number): string {
  return typeof value === 'number' ? Number(value.toPrecision(3)).toLocaleString('en-US') : value;
}

function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000); // finer steps would draw the line anew all the time
  return minutes < 1 ? 'just now' : `${formatDuration(minutes * 60_000)} ago`;
}
