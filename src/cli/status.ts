import { findWorkspace } from '../base/program.ts';
import { thresholdDefaults } from '../monitor/alert.ts';
import { reportText } from '../monitor/report.ts';
import { measureResources } from '../monitor/resources.ts';
import { SharedStore } from '../monitor/sharedStore.ts';
import { readStatus } from '../monitor/status.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { consoleLog, openWorkspaceStore, readEnvironment } from './environment.ts';

/** `memoir status`: what was measured here, by whatever program. */
export const status: Command = {
  summary: 'how the cache does, what is slow or failed, and what is running',
  usage: 'memoir status [--json]',
  async run(args) {
    const { values } = readArguments(args, { json: { type: 'boolean', default: false } }, 0);
    const environment = readEnvironment();
    const { store, directory } = openWorkspaceStore(findWorkspace(process.cwd()), environment);
    const shared = new SharedStore({ directory, log: consoleLog(environment.logLevel) });
    try {
      const cache = await store.stats();
      const { alerts, recommendations, processes, ...figures } = await readStatus(shared, {
        cache,
        thresholds: thresholdDefaults,
      });
      const resources = await measureResources(processes);
      if (values.json) {
        console.log(JSON.stringify({ cache, ...figures, alerts, recommendations, resources }, null, 2));
      } else {
        console.log(reportText(figures, alerts, recommendations, { cache, resources }));
      }
      return 0;
    } finally {
      await shared.close();
      await store.close();
    }
  },
};
