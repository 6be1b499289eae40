import { type Alert, findAlerts, type Thresholds } from './alert.ts';
import { type CacheFigures, type Figures, figuresOf } from './figures.ts';
import { type Recommendation, recommend } from './recommend.ts';
import type { WatchedProcess } from './sharedRows.ts';
import type { SharedStore } from './sharedStore.ts';

/** Everything there is to show of a directory: what all its processes measured, and what follows from it. */
export interface Status extends Figures {
  readonly alerts: readonly Alert[];
  readonly recommendations: readonly Recommendation[];
  /** Those that were ever listed and not taken back; some may have ended. */
  readonly processes: readonly WatchedProcess[];
}

/** What all processes measured, judged. Reading writes down only since when an alert is known. */
export async function readStatus(
  store: SharedStore,
  { cache, thresholds, now = Date.now() }: { cache: CacheFigures | null; thresholds: Thresholds; now?: number },
): Promise<Status> {
  const { ledger, calls, processes, noticed, acknowledged } = await store.read();
  const figures = figuresOf(ledger, calls);
  const condition = { ...figures, cache };
  const found = findAlerts(condition, thresholds, now);
  const timeless = found.filter(isTimeless).map(({ id }) => id);
  if (timeless.some((id) => !noticed.has(id)) || timeless.length < noticed.size) await store.notice(timeless, now);
  const alerts = found.map((alert): Alert => {
    const since = isTimeless(alert) ? (noticed.get(alert.id) ?? now) : alert.since;
    return { ...alert, since, acknowledged: acknowledged.has(`${alert.id} ${since}`) };
  });
  const named = [...new Map(processes.map((process) => [process.pid, process])).values()]; // by the name it got last
  return { ...figures, alerts, recommendations: recommend(condition, thresholds), processes: named };
}

/** Whether what was measured does not tell when it began. */
function isTimeless({ rule }: Alert): boolean {
  return rule === 'low-hit-rate' || rule === 'cache-size';
}
