import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { type OpenedNotebook, openNotebook } from '../cli/notebook.ts';
import { drawnWidgets } from '../notebook/drawn.ts';
import { acceptValue } from '../protocol/widgetRules.ts';
import { AppTestCell } from './appTestCell.ts';

/**
 * How a notebook is opened for a test.
 * @example
 * await appTest('years.memoir.ts', { widgets: { year: 2021 }, now: '2026-01-01', timeout: 5000 });
 */
export interface AppTestOptions {
  /** Where widgets stand at first, by name. */
  readonly widgets?: Readonly<Record<string, unknown>>;
  /** Fixes randomness: each cell starts from this seed. */
  readonly seed?: number;
  /** Fixes the clock: a date, ISO 8601 text, or milliseconds since 1970. */
  readonly now?: Date | string | number;
  /** Folder of a cache to use. Without it the test has one of its own, which is gone after it: every cell runs. */
  readonly cache?: string;
  /** Milliseconds that one step may take; 30,000 unless said otherwise. */
  readonly timeout?: number;
}

/**
 * A widget as the notebook shows it now.
 * @example
 * const { kind, label, value }: AppTestWidget = app.widget('year');
 */
export interface AppTestWidget {
  readonly name: string;
  readonly kind: string;
  readonly label: string;
  readonly value: unknown;
}

/**
 * Opens a notebook without a browser and runs it, to test what it shows: in the manner of Streamlit's `AppTest`, for
 * vitest, `node:test` and any other runner.
 *
 * @param notebook path of the notebook's file, relative to the working directory, or its `file:` URL
 * @throws UserError when there is no such file, when `widgets` names a widget that is not there or gives it a value
 *   that it does not take, or when the run takes longer than `timeout`. A cell that fails throws nothing: it is in `errors`.
 * @example
 * import { appTest } from 'memoir/test';
 *
 * test('the year is told', async () => {
 *   await using app = await appTest(new URL('./years.memoir.ts', import.meta.url));
 *   await app.set('year', 2021);
 *   assert.equal(app.cell('Told').text, 'The year is 2021.');
 *   assert.deepEqual(app.errors, []);
 * });
 */
export async function appTest(
  notebook: string | { readonly href: string },
  options: AppTestOptions = {},
): Promise<AppTest> {
  const { widgets = {}, seed = null, now, timeout = 30_000 } = options;
  const own = options.cache === undefined ? await mkdtemp(join(tmpdir(), 'memoir-app-test-')) : null;
  const states = new Map<string, unknown>();
  const opening = openNotebook(typeof notebook === 'string' ? notebook : fileURLToPath(notebook.href), {
    widgets: states,
    seed,
    now: now === undefined ? null : new Date(now).getTime(),
    cacheDirectory: options.cache ?? own!,
  });
  const opened = await opening.catch(async (error) => {
    if (own) await remove(own);
    throw error;
  });
  const app = new AppTest(opened, { timeout, remove: own });
  try {
    for (const [name, value] of Object.entries(widgets)) states.set(name, value);
    await app.runStale();
    if (Object.keys(widgets).length) await app.set(widgets); // each by its own rule
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

interface Opening {
  readonly timeout: number;
  /** A folder that is to go with the test. */
  readonly remove: string | null;
}

/**
 * A notebook that is open in a test. After each step everything that depends on it has run.
 * @example
 * await using app: AppTest = await appTest('years.memoir.ts');
 * await app.set('year', 2021);
 * assert.deepEqual(app.errors, []);
 */
export class AppTest implements AsyncDisposable {
  readonly #opened: OpenedNotebook;
  readonly #options: Opening;
  readonly #ran = new Set<string>();

  /** @internal */
  constructor(opened: OpenedNotebook, options: Opening) {
    this.#opened = opened;
    this.#options = options;
    opened.session.onChange((id) => opened.session.state(id).status === 'running' && this.#ran.add(id));
  }

  /** The cells that run, in the order of the file. */
  get cells(): readonly AppTestCell[] {
    const { cells, session } = this.#opened;
    return cells.map((cell) => new AppTestCell(cell, session.state(cell.id)));
  }

  /**
   * A cell, by its title or the name in its options.
   * @throws UserError when there is none, or more than one
   */
  cell(title: string): AppTestCell {
    const found = this.cells.filter((cell) => cell.title === title || cell.name === title);
    if (found.length === 1) return found[0]!;
    const titles = this.cells.map((cell) => `“${cell.title}”`).join(', ');
    throw new UserError(`The notebook has ${found.length || 'no'} cells “${title}”. Its cells are ${titles}.`);
  }

  /** The widgets that are shown, those in forms and layouts too. */
  get widgets(): readonly AppTestWidget[] {
    return [...drawnWidgets(this.#opened.session).values()].map(({ name, kind, label, value }) => ({
      name,
      kind,
      label,
      value,
    }));
  }

  /**
   * A widget by its name: that of the variable that holds its value, or of its cell.
   * @throws UserError when none is shown under that name
   */
  widget(name: string): AppTestWidget {
    const found = this.widgets.find((widget) => widget.name === name);
    if (found) return found;
    const names = this.widgets.map((widget) => widget.name);
    throw new UserError(
      `No widget is called “${name}”. The notebook shows ${names.length ? names.join(', ') : 'none'}.`,
    );
  }

  /**
   * The value of a variable that a cell declares.
   * @throws UserError when no cell has declared it, or when JSON does not hold its value exactly
   */
  value(name: string): unknown {
    const { cells, session } = this.#opened;
    const exported = cells
      .flatMap(({ id }) => session.state(id).record?.exports ?? [])
      .find((one) => one.name === name);
    if (!exported) throw new UserError(`No cell that has run declares \`${name}\`.`);
    if (!exported.json) {
      throw new UserError(
        `\`${name}\` is ${exported.preview}, which is too large for a test, or no plain data. Show it, and look at its cell.`,
      );
    }
    return exported.json.value;
  }

  /** The titles of the cells that ran in the last step; those whose result was known are not among them. */
  get ran(): readonly string[] {
    return this.cells.filter(({ id }) => this.#ran.has(id)).map(({ title }) => title);
  }

  /** Everything that went wrong: errors of cells, and what came after they had settled. */
  get errors(): readonly { readonly cell: string; readonly message: string }[] {
    return this.cells.flatMap(({ title, error, late }) =>
      [...(error ? [error] : []), ...late].map(({ message }) => ({ cell: title, message })),
    );
  }

  /**
   * Moves widgets, and runs what depends on them.
   * @throws UserError when a widget is not shown, or does not take the value
   */
  async set(name: string, value: unknown): Promise<void>;
  async set(values: Readonly<Record<string, unknown>>): Promise<void>;
  async set(first: string | Readonly<Record<string, unknown>>, value?: unknown): Promise<void> {
    const { session } = this.#opened;
    const values = typeof first === 'string' ? { [first]: value } : first;
    const moves = Object.entries(values).map(([name, given]) => [name, this.#accept(name, given)] as const);
    await this.#step(() => Promise.all(moves.map(([name, accepted]) => session.moveWidget(name, accepted))));
  }

  /**
   * Presses a button.
   * @throws UserError when no button is shown under that name
   */
  async press(name: string): Promise<void> {
    const { kind, value } = this.widget(name);
    if (kind !== 'button') throw new UserError(`“${name}” is no button but a ${kind}. Use app.set.`);
    await this.set(name, Number(value) + 1);
  }

  /** Runs cells that wait to be asked, by title or name, although their results may hold; without any, what is stale. */
  async run(...titles: readonly string[]): Promise<void> {
    const ids = titles.map((title) => this.cell(title).id);
    await (ids.length ? this.#step(() => this.#opened.session.run(ids, { again: true })) : this.runStale());
  }

  /** @internal */
  async runStale(): Promise<void> {
    await this.#step(() => this.#opened.session.runStale());
  }

  /** Ends the notebook's process and removes what the test left behind. */
  async close(): Promise<void> {
    await this.#opened.close();
    if (this.#options.remove) await remove(this.#options.remove);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(name: string, given: unknown): unknown {
    this.widget(name);
    const { kind, options, label } = drawnWidgets(this.#opened.session).get(name)!;
    const accepted = acceptValue(kind, options, given);
    if ('value' in accepted) return accepted.value;
    throw new UserError(`“${label}” (${name}) ${accepted.problem}; got ${JSON.stringify(given)}.`);
  }

  async #step(work: () => Promise<unknown>): Promise<void> {
    this.#ran.clear();
    const { timeout } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeout);
    });
    const ended = await Promise.race([work(), late]);
    clearTimeout(timer);
    if (ended !== 'late') return;
    const running = this.cells.filter(({ status }) => status === 'running').map(({ title }) => `“${title}”`);
    await this.#opened.session.interrupt();
    throw new UserError(
      `${running.join(', ') || 'The notebook'} did not end within ${timeout} ms. Give appTest a longer \`timeout\`.`,
    );
  }
}

function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
