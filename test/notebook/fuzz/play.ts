import { isDeepStrictEqual } from 'node:util';
import type { NotebookFolder } from '../../support/notebook.ts';
import type { NotebookWindow, WindowOptions } from '../../support/notebookWindow.ts';
import { FIXED } from './oracle.ts';
import { filesOf, type Model, namesOf } from './page.ts';
import { after, type Step, type Story } from './steps.ts';
import { pageOf, type Theatre } from './theatre.ts';

/** Something is shown that should not be, or something ran that need not. */
class Fault extends Error {}

/**
 * Plays a story in a real notebook. After each step the page must show what plain Node makes of it from scratch; what
 * means nothing must run nothing, nor must a change that is taken back; and nothing may be left to run.
 * @throws Fault
 */
export async function play({ model, steps, warm }: Story, theatre: Theatre): Promise<void> {
  const stage = new Stage(model, warm, theatre);
  try {
    await stage.open();
    await stage.check(await theatre.oracle.ask(model), 'at first');
    for (const [at, step] of steps.entries()) await stage.take(step, `after step ${at}, ${JSON.stringify(step)}`);
  } finally {
    await stage.close();
  }
}

class Stage {
  readonly #folder: NotebookFolder;
  readonly #history: Model[];
  readonly #warm: boolean;
  readonly #theatre: Theatre;
  #window: NotebookWindow | null = null;

  constructor(first: Model, warm: boolean, theatre: Theatre) {
    this.#history = [first];
    this.#warm = warm;
    this.#theatre = theatre;
    this.#folder = theatre.folderFor(first, warm);
  }

  async open(): Promise<void> {
    this.#window = await this.#folder.open(await this.#options());
    await this.#window.runStale();
  }

  async close(): Promise<void> {
    await this.#folder.close();
  }

  async take(step: Step, when: string): Promise<void> {
    const window = this.#window!;
    const before = this.#model;
    if (step.type !== 'undo') this.#history.push(after(before, step));
    else if (this.#history.length > 1) this.#history.pop();
    const expected = await this.#theatre.oracle.ask(this.#model);
    const wasShown = shownBy(window, before);
    window.happened();
    if (step.type === 'during') void window.session.runStale(); // and the edit comes in the middle
    await this.#happens(step);
    await this.#bringAbout(before);
    const ran = this.#window === window ? window.ran() : [];
    await this.check(expected, when);
    const freely = step.type === 'undo' || step.type === 'layout' || step.type === 'style' || step.type === 'touch';
    const wrongly = ran.filter(
      (title) =>
        freely &&
        !/^(error|waiting)/.test(expected[title]!) &&
        (step.type === 'undo' || wasShown[title] === expected[title]),
    );
    if (wrongly.length) throw new Fault(`${wrongly.join(', ')} ran for nothing ${when}\n${this.#text()}`);
  }

  /** Whether the page shows what it should, and nothing is left to run. */
  async check(expected: Record<string, string>, when: string): Promise<void> {
    const window = this.#window!;
    const shown = shownBy(window, this.#model);
    if (!isDeepStrictEqual(shown, sorted(expected)))
      throw new Fault(
        `shown ${JSON.stringify(shown)}\nnot   ${JSON.stringify(sorted(expected))}\n${when}\n${this.#text()}`,
      );
    window.happened();
    await window.session.runStale();
    const left = window.ran().filter((title) => !/^(error|waiting)/.test(expected[title]!));
    if (left.length) throw new Fault(`${left.join(', ')} ran once more ${when}\n${this.#text()}`);
  }

  get #model(): Model {
    return this.#history.at(-1)!;
  }

  async #options(): Promise<WindowOptions> {
    const MEMOIR_FUZZ = String(this.#model.env);
    process.env.MEMOIR_FUZZ = MEMOIR_FUZZ;
    const kernel = this.#warm ? await this.#theatre.kernel(this.#folder.cache, { MEMOIR_FUZZ }) : null;
    return { ...FIXED, widgets: new Map(Object.entries(this.#model.widgets)), ...(kernel && { kernel }) };
  }

  /** What happens to the windows. */
  async #happens({ type }: Step): Promise<void> {
    const window = this.#window!;
    if (type === 'restart') await window.kernel.restart();
    if (type === 'kill') window.kill();
    if (type === 'touch')
      for (const [name, text] of Object.entries(filesOf(this.#model))) this.#folder.write(name, text);
    if (type === 'reopen') this.#window = await this.#folder.reopen(window, await this.#options());
    if (type === 'other window') {
      window.save();
      const other = await this.#folder.open(await this.#options());
      await Promise.all([other.session.runStale(), window.session.runStale()]);
      await this.#folder.shut(other);
    }
  }

  /** Makes window and files what the model is. */
  async #bringAbout(before: Model): Promise<void> {
    const now = this.#model;
    const changed = this.#window!.rewrite(Object.entries(pageOf(now)));
    const [from, to] = [filesOf(before), filesOf(now)];
    for (const name of Object.keys({ ...from, ...to })) {
      if (to[name] === undefined) this.#folder.remove(name);
      else if (from[name] !== to[name]) this.#folder.write(name, to[name]);
    }
    if (before.env !== now.env) this.#window = await this.#folder.reopen(this.#window!, await this.#options());
    const { session } = this.#window!;
    const moved = Object.keys({ ...before.widgets, ...now.widgets }).filter(
      (name) => before.widgets[name] !== now.widgets[name],
    );
    if (changed.length) await session.run(changed);
    for (const name of moved) await session.moveWidget(name, now.widgets[name] ?? unmoved(now, name));
    await session.refresh();
    await session.runStale();
  }

  #text(): string {
    const files = Object.entries(filesOf(this.#model)).map(([name, text]) => `--- ${name}\n${text}`);
    return [...Object.entries(pageOf(this.#model)).map(([title, text]) => `// %% ${title}\n${text}`), ...files].join(
      '\n',
    );
  }
}

/** What a slider gives before it is moved. */
function unmoved(model: Model, name: string): number | undefined {
  const names = namesOf(model);
  return model.cells.flatMap(({ declared }) => declared).find(({ id }) => names.get(id) === name)?.k;
}

function shownBy(window: NotebookWindow, { cells }: Model): Record<string, string> {
  const all = cells.map(({ title }) => {
    const state = window.state(title);
    if (state.status === 'error') return [title, `error: ${state.error.message}`];
    return [
      title,
      state.status === 'done' ? window.shown(title).split('\n').at(-1)!.replace(/^'|'$/g, '') : state.status,
    ];
  });
  return sorted(Object.fromEntries(all));
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
