import { join } from 'node:path';
import { formatDuration } from '../base/format.ts';
import type { RunTimesChart } from '../protocol/panel.ts';
import type { Timing } from '../protocol/profileResult.ts';

/**
 * How the times of single calls are spread: a point for each in the order they ran, and the median with its interval.
 * @param dist folder of the bundles: the compiler of charts is a module of its own, as Vega cannot be part of a CommonJS bundle
 */
export async function runTimesChart(timing: Timing | null, dist: string): Promise<RunTimesChart | null> {
  if (!timing || timing.samples.length < 2) return null;
  const { samples, medianMs, ci95 } = timing;
  const scale = medianMs < 0.1 ? 1000 : 1;
  const unit = scale === 1000 ? 'µs' : 'ms';
  const y = { type: 'quantitative', title: `${unit} per call`, scale: { zero: false } };
  const compiler: typeof import('../kernel/chartCompile.ts') = await import(join(dist, 'chart.js')); // a `require` once built
  const spec = {
    description: `Times of ${samples.length} measurements; the median is ${formatDuration(medianMs)}.`,
    width: 'container',
    height: 90,
    layer: [
      ...(ci95
        ? [
            {
              data: { values: [{ low: ci95[0] * scale, high: ci95[1] * scale }] },
              mark: { type: 'rect', opacity: 0.25 },
              encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' } },
            },
          ]
        : []),
      { data: { values: [{ median: medianMs * scale }] }, mark: 'rule', encoding: { y: { ...y, field: 'median' } } },
      {
        data: { values: samples.map((ms, run) => ({ run: run + 1, time: ms * scale })) },
        mark: { type: 'point', size: 14, tooltip: true },
        encoding: { x: { field: 'run', type: 'quantitative', title: 'measurement' }, y: { ...y, field: 'time' } },
      },
    ],
  };
  return { ...spec, usermeta: { memoir: await compiler.compileChart(spec) } };
}
