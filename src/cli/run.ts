import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type OpenedNotebook, openNotebook } from './notebook.ts';
import { runReport, runText } from './report.ts';
import { RUN_OPTIONS, RUN_USAGE, readRunOptions } from './runOptions.ts';

/** `memoir run`: runs what is not cached of a notebook and shows every result. */
export const run: Command = {
  summary: 'run a notebook; what is cached does not run again',
  usage: `memoir run <notebook> ${RUN_USAGE} [--stale-only] [--html file] [--json]`,
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        ...RUN_OPTIONS,
        'stale-only': { type: 'boolean', default: false },
        html: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    const options = readRunOptions(values);
    const notebook = await openNotebook(positionals[0]!, options);
    try {
      await notebook.session.runStale();
      const { errors } = runReport(notebook).totals;
      if (values.html !== undefined) {
        const { exportOpened, writeExported } = await import('./export.ts');
        await writeExported(values.html, await exportOpened(positionals[0]!, notebook, 'html', { code: true }));
      }
      const shown = { ...notebook, cells: values['stale-only'] ? staleCells(notebook) : notebook.cells };
      const unknown = unknownWidgets(notebook, options.set);
      if (unknown) console.error(unknown);
      if (values.json) console.log(JSON.stringify(runReport(shown), null, 2));
      else console.log(notebook.cells.length && !shown.cells.length ? NOTHING_STALE : runText(shown));
      return errors || unknown ? 1 : 0;
    } finally {
      await notebook.close();
    }
  },
};

const NOTHING_STALE = 'Nothing was stale: every result came from the cache.';

/** The cells whose results were not there already. */
function staleCells({ cells, session }: OpenedNotebook): OpenedNotebook['cells'] {
  return cells.filter(({ id }) => {
    const state = session.state(id);
    return state.status !== 'done' || state.from === 'computed';
  });
}

/** A sentence about names given by `--set` that no widget has. */
function unknownWidgets({ cells, session }: OpenedNotebook, set: Readonly<Record<string, unknown>>): string | null {
  const reads = cells.flatMap(({ id }) => session.state(id).record?.reads ?? []);
  const known = [...new Set(reads.filter(({ kind }) => kind === 'widget').map(({ name }) => name))];
  const unknown = Object.keys(set).filter((name) => !known.includes(name));
  if (!unknown.length || cells.some(({ id }) => session.state(id).status !== 'done')) return null; // a cell without a result may hold it
  return `No widget is called ${unknown.join(' or ')}. This notebook has ${known.length ? known.join(', ') : 'none'}.`;
}
