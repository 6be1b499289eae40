import { UserError } from '../base/errors.ts';
import type { Place } from '../monitor/tally.ts';
import type { Notebooks } from './notebooks.ts';
import type { Performance } from './performance.ts';
import { cellAt, openPlace } from './places.ts';

/** Goes to where a line of the sidebar points: a click hands over the place itself, a menu the line. */
export async function openTarget(performance: Performance, target: unknown): Promise<void> {
  await openPlace(placeOf(performance, target));
}

/** Runs the cell that a line of the sidebar is about, although nothing it depends on changed. */
export async function rerunCell(notebooks: Notebooks, performance: Performance, target: unknown): Promise<void> {
  const place = placeOf(performance, target);
  await openPlace(place);
  await notebooks.runAgain(await cellAt(place));
}

function placeOf(performance: Performance, target: unknown): Place {
  const place = typeof target === 'string' ? performance.placeOf(target) : (target as Place | undefined); // see openTarget
  if (!place?.file) throw new UserError('It is not known where this was measured.');
  return place;
}
