import { formatDuration } from '../base/format.ts';
import { readArguments, readAssignments } from './arguments.ts';
import type { Command } from './command.ts';
import { openNotebook } from './notebook.ts';

/** `memoir plan`: what a run would do, without doing it. */
export const plan: Command = {
  summary: 'say what a run would do: which cells run, which come from the cache, how long',
  usage: 'memoir plan <notebook> [--set name=value]… [--json]',
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      { set: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
      1,
    );
    const notebook = await openNotebook(positionals[0]!, { set: readAssignments(values.set) });
    try {
      const planned = await notebook.session.plan();
      const cells = planned.map(({ would, reason, estimateMs }, i) => {
        const { index, options, title } = notebook.cells[i]!;
        return { index, name: options.name, title, would, reason, estimateMs };
      });
      const runs = cells.filter(({ would }) => would === 'run');
      const totals = {
        cells: cells.length,
        run: runs.length,
        hits: cells.filter(({ would }) => ['memory', 'disk', 'redis'].includes(would)).length,
        waiting: cells.filter(({ would }) => ['manual', 'waiting'].includes(would)).length,
        estimateMs: runs.reduce((sum, { estimateMs }) => sum + (estimateMs ?? 0), 0),
      };
      console.log(values.json ? JSON.stringify({ cells, totals }, null, 2) : planText(cells, totals));
      return 0;
    } finally {
      await notebook.close();
    }
  },
};

interface PlanLine {
  readonly index: number;
  readonly title: string;
  readonly would: string;
  readonly reason: { readonly text: string };
  readonly estimateMs: number | null;
}

interface PlanTotals {
  readonly run: number;
  readonly hits: number;
  readonly waiting: number;
  readonly estimateMs: number;
}

function planText(cells: readonly PlanLine[], totals: PlanTotals): string {
  const lines = cells.map(({ index, title, would, reason, estimateMs }) => {
    const time = would === 'run' && estimateMs !== null ? ` ~${formatDuration(estimateMs)}` : '';
    return `${would.padEnd(8)} ${title || `cell ${index + 1}`}: ${reason.text}${time}`;
  });
  const estimate = totals.estimateMs ? `, about ${formatDuration(totals.estimateMs)} where it is known` : '';
  const waiting = totals.waiting ? `, ${totals.waiting} waiting` : '';
  return `${lines.join('\n')}\n${totals.run} to run, ${totals.hits} from the cache${waiting}${estimate}.`;
}
