import { UserError } from '../base/errors.ts';
import { tellHost } from './display.ts';
import { currentRun } from './run.ts';
import { show } from './show.ts';
import { drawn, makeWidget } from './widget.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };
/** Sooner than this nobody sees a difference. */
const LEAST_MS = 100;

/**
 * Re-runs its cell, and what uses its value, again and again while the notebook is open: gives how often that has
 * happened. The next time is counted from when the last refresh was done.
 * @param every milliseconds, or a text such as `'30 s'` or `'5 min'`
 * @param options the `label` ("Refreshes")
 * @throws UserError when `every` is no time of at least 100 ms
 * @example
 * const tick = refresh('30 s');
 * // in another cell
 * tick; // read, so that this cell runs with every refresh
 * await (await fetch(url)).json()
 */
export function refresh(every: number | string, options: { readonly label?: string } = {}): number {
  const everyMs = typeof every === 'number' ? every : millisecondsOf(every);
  if (!(everyMs >= LEAST_MS)) {
    throw new UserError(`refresh(${JSON.stringify(every)}) wants milliseconds, 100 or more, or a time such as "30 s".`);
  }
  const { label = 'Refreshes' } = options;
  const widget = makeWidget({ kind: 'refresh', label, initial: 0, settings: {}, options: { everyMs } });
  const count = widget.value as number; // as every state of this kind
  const run = currentRun();
  if (run) {
    show(drawn(widget));
    run.touch('clock');
    const timer = setTimeout(() => tellHost({ type: 'move', name: widget.name, value: count + 1 }), everyMs);
    void run.invalidation?.then(() => clearTimeout(timer));
  }
  return count;
}

function millisecondsOf(text: string): number {
  const [, amount, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h)\s*$/.exec(text) ?? [];
  return Number(amount) * UNITS[unit]!;
}
