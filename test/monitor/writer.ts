import { silentLog } from '../../src/base/log.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { SharedStore } from '../../src/monitor/sharedStore.ts';

// A process of its own that measures: <directory> <operation> <how many>, saying how many runs are surely written.
const [directory = '', name = '', count = '0'] = process.argv.slice(2);
const monitor = new Monitor({ openStore: () => new SharedStore({ directory, log: silentLog }) });
for (let run = 1; run <= Number(count); run++) {
  monitor.operation(name, { ms: run });
  monitor.counter('runs').add();
  if (run % 10 === 0) await monitor.flush();
  if (run % 10 === 0) process.stdout.write(`${run}\n`);
}
monitor.flushNow();
