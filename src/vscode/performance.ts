import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { formatCount, formatPercent } from '../base/format.ts';
import type { Alert, Thresholds } from '../monitor/alert.ts';
import { thresholdDefaults } from '../monitor/alert.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { readResources } from '../monitor/resources.ts';
import { readStatus, type Status } from '../monitor/status.ts';
import type { Place } from '../monitor/tally.ts';
import { setting } from './contributions.ts';
import { NodeTree } from './nodeTree.ts';
import { performanceTree } from './performanceTree.ts';
import type { Report } from './report.ts';
import type { Kept, Stores } from './stores.ts';

/** The sidebar's view of what was measured, its badge, and the status bar item. */
export class Performance implements Disposable {
  readonly #stores: Stores;
  readonly #report: Report;
  readonly #tree = new NodeTree();
  readonly #view: vscode.TreeView<unknown>;
  readonly #bar: vscode.StatusBarItem;
  readonly #store = new DisposableStore();
  readonly #watched = new Map<Monitor, Disposable>();
  #timer: NodeJS.Timeout | null = null;
  #reading = false;

  constructor(stores: Stores, report: Report) {
    this.#stores = stores;
    this.#report = report;
    this.#view = this.#store.add(
      vscode.window.createTreeView('memoir.performance', { treeDataProvider: this.#tree, showCollapseAll: true }),
    );
    this.#bar = this.#store.add(
      vscode.window.createStatusBarItem('memoir.status', vscode.StatusBarAlignment.Right, 50),
    );
    this.#bar.name = 'Memoir';
    this.#bar.command = 'memoir.performance.focus';
    this.#store.add(this.#view.onDidChangeVisibility(() => this.#schedule(0)));
    this.#store.add(stores.onOpen((kept) => this.#watch(kept)));
    for (const kept of stores.all) this.#watch(kept);
    this.#schedule(0);
  }

  /** The alert of a line was seen: it no longer counts as open. */
  async acknowledge(line: string): Promise<void> {
    const alertId = line.replace(/^alert /, '');
    for (const { monitor } of this.#stores.all) {
      const alert = (await this.#status(monitor, null)).alerts.find(({ id }) => id === alertId);
      if (alert) await monitor.store?.acknowledge(alert);
    }
    await this.refresh();
  }

  /** Where a line of the sidebar points. */
  placeOf(line: string): Place | undefined {
    return this.#tree.node(line)?.command?.arguments?.[0] as Place | undefined; // made by performanceTree
  }

  /** Reads everything again and shows it. */
  async refresh(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      await this.#read();
    } catch (error) {
      this.#report.error('The sidebar could not be brought up to date.', error);
    } finally {
      this.#reading = false;
      if (this.#view.visible) this.#schedule(setting('monitor.intervalMs'));
    }
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    for (const watching of this.#watched.values()) watching.dispose();
    this.#store.dispose();
  }

  #watch({ monitor }: Kept): void {
    if (this.#watched.has(monitor)) return;
    this.#watched.set(
      monitor,
      monitor.onFlush(() => this.#schedule(100)),
    );
    monitor.watchProcess('VS Code extension host', process.pid);
    this.#schedule(100);
  }

  #schedule(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), ms);
  }

  async #read(): Promise<void> {
    const cache = await this.#stores.figures();
    const statuses = await Promise.all(
      this.#stores.all.map(({ monitor }, i) => this.#status(monitor, i === 0 ? cache : null)),
    );
    const all = <K extends 'operations' | 'alerts' | 'recommendations' | 'processes'>(key: K) =>
      statuses.flatMap((status) => status[key] as readonly Status[K][number][]);
    const resources = this.#view.visible ? await readResources(all('processes')) : [];
    const alerts = all('alerts');
    const figures = {
      cache,
      database: statuses.find(({ database }) => database)?.database ?? null, // the first folder's, as of the cache
      operations: all('operations'),
      alerts,
      recommendations: all('recommendations'),
      resources,
    };
    this.#tree.show(performanceTree(figures, Date.now()));
    this.#signal(alerts, cache);
  }

  #status(monitor: Monitor, cache: Awaited<ReturnType<Stores['figures']>>): Promise<Status> {
    return readStatus(monitor.store!, { cache, thresholds: thresholds() }); // stores are opened with one
  }

  #signal(alerts: readonly Alert[], cache: Awaited<ReturnType<Stores['figures']>>): void {
    const open = alerts.filter(({ acknowledged }) => !acknowledged).length;
    this.#view.badge = open ? { value: open, tooltip: formatCount(open, 'open alert') } : undefined;
    const hits = cache?.hits ? `${formatPercent(cache.hitRate)} hits` : 'no hits yet';
    this.#bar.text = `$(database) ${hits}${open ? ` $(bell-dot) ${open}` : ''}`;
    this.#bar.tooltip = `Memoir: ${hits}, ${open ? formatCount(open, 'open alert') : 'no open alerts'}. Click for the sidebar.`;
    this.#bar.accessibilityInformation = { label: this.#bar.tooltip };
    if (this.#stores.all.length) this.#bar.show();
  }
}

function thresholds(): Thresholds {
  return {
    ...thresholdDefaults,
    slowOperationMs: setting('alerts.slowOperationMs'),
    minHitRate: setting('alerts.minHitRate'),
    cacheSizeMB: setting('alerts.cacheSizeMB'),
  };
}
