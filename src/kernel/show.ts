import type { Output } from '../protocol/output.ts';
import { currentCollector } from './collect.ts';
import { currentRun } from './run.ts';

/** Shows an output where this code stands: in what is being put together, or in the running cell. */
export function show(output: Output): void {
  const collector = currentCollector();
  if (collector) collector.add(output);
  else currentRun()?.output(output);
}
