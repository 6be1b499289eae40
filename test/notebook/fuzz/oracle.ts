import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TempFolder } from '../../support/temp.ts';
import { bodyOf, type CellModel, filesOf, importsOf, type Model, namesOf, takenBy } from './page.ts';
import { inOrder } from './steps.ts';

/** What randomness and the clock are fixed to, here and in the notebook. */
export const FIXED = { seed: 7, now: 1_700_000_000_123 };

/** Modules stay in a process for good, so that it is replaced after this many pages. */
const PAGES = 500;

/** Says what a page must show: what plain Node makes of it as one module, from scratch each time. */
export class Oracle {
  #child: ChildProcess = start();
  #asked = 0;

  /** By title: what the cell shows, `error: …`, or `waiting`. */
  async ask(model: Model): Promise<Record<string, string>> {
    this.#asked += 1;
    if (this.#asked % PAGES === 0) {
      this.close();
      this.#child = start();
    }
    const folder = new TempFolder({ 'page.mts': moduleOf(model), ...filesOf(model) });
    try {
      this.#child.send({
        page: pathToFileURL(folder.file('page.mts')).href,
        folder: folder.path,
        env: String(model.env),
      });
      const [{ shown, error }] = await once(this.#child, 'message');
      if (error) throw new Error(`The oracle failed: ${error}\n${moduleOf(model)}`);
      return shown;
    } finally {
      folder.dispose();
    }
  }

  close(): void {
    this.#child.kill();
  }
}

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'oracleChild.mjs'), { execArgv: ['--no-warnings'] });
}

/** The whole page as one module: each cell a block of its own, in an order in which all is there when it is needed. */
function moduleOf(model: Model): string {
  const cells = inOrder(model)!; // no step leads to a circle
  const bodies = cells.map((cell) => bodyOf(cell, model).lines);
  const imports = [...new Set(bodies.flatMap(importsOf))].filter((line) => !line.includes("'memoir'"));
  const names = [...namesOf(model).values()];
  return [
    ...imports,
    `const slider = (name, { value }) => (${JSON.stringify(model.widgets)})[name] ?? value;`,
    'export const shown = {};',
    ...(names.length ? [`let ${names.join(', ')};`] : []),
    ...cells.map((cell) => blockOf(cell, cells, model)),
  ].join('\n');
}

function blockOf(cell: CellModel, cells: readonly CellModel[], model: Model): string {
  const { lines, shown } = bodyOf(cell, model);
  const names = namesOf(model);
  const own = cell.declared.map(({ id }) => names.get(id)!);
  const refs = new Set(cell.declared.flatMap(takenBy));
  const above = cells.filter((one) => one !== cell && one.declared.some(({ id }) => refs.has(id)));
  const waits = above.map(({ title }) => `/^(waiting|error)/.test(shown.${title})`).join(' || ') || 'false';
  return `if (${waits}) shown.${cell.title} = 'waiting';
else try {
  oracle.begin(${JSON.stringify(FIXED)});
  ({ ${own.join(', ')} } = await (async () => {
    ${lines.join('\n')}
    shown.${cell.title} = ${shown};
    return { ${own.join(', ')} };
  })());
} catch (error) { shown.${cell.title} = 'error: ' + error.message; }`;
}
