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
const PAGES = 2000;
/** As many answers are known; what means nothing and what is taken back asks the same again. */
const ANSWERS = 1000;

type Answer = Readonly<Record<string, string>>;

/** Says what a page must show: what plain Node makes of it as one module, from scratch each time. */
export class Oracle {
  #child: ChildProcess = start();
  #asked = 0;
  #answers = new Map<string, Answer>();
  /** What pages read, in a folder that stays while it is the same. */
  #files = new TempFolder();
  #filesText = '';

  /** By title: what the cell shows, `error: …`, or `waiting`. */
  async ask(model: Model): Promise<Answer> {
    const page = moduleOf(model);
    const files = filesOf(model);
    const filesText = JSON.stringify(files);
    const key = JSON.stringify([page, filesText, model.env]);
    const known = this.#answers.get(key);
    if (known) return known;
    if (this.#filesText !== filesText) {
      this.#files.dispose();
      this.#files = new TempFolder(files);
      this.#filesText = filesText;
    }
    const answer = await this.#run(page, String(model.env));
    if (this.#answers.size === ANSWERS) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer;
  }

  close(): void {
    this.#child.kill();
    this.#files.dispose();
  }

  async #run(page: string, env: string): Promise<Answer> {
    this.#asked += 1;
    if (this.#asked % PAGES === 0) {
      this.#child.kill();
      this.#child = start();
    }
    const file = this.#files.write(`page${this.#asked}.mjs`, page);
    this.#child.send({ page: pathToFileURL(file).href, folder: this.#files.path, env });
    const [{ shown, error }] = await once(this.#child, 'message');
    if (error) throw new Error(`The oracle failed: ${error}\n${page}`);
    return shown;
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
