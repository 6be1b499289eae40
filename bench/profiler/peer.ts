// Started by bench/profiler.ts: `node peer.ts mitata|tinybench <function>` prints the median of a call in milliseconds.
import { do_not_optimize, measure } from 'mitata';
import { Bench } from 'tinybench';
import { parsed, report, sorted } from './work.ts';

const calls: Readonly<Record<string, () => unknown>> = { report: () => report(200), sorted, parsed };
const [peer, name = ''] = process.argv.slice(2);
const call = calls[name]!; // as bench/profiler.ts names them
if (peer === 'mitata') console.log((await measure(() => do_not_optimize(call()))).p50 / 1e6);
else {
  const bench = new Bench({ time: 700 }).add(name, () => void call());
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`tinybench did not measure ${name}.`);
  console.log(task.result.latency.p50);
}
