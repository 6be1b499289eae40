import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../base/errors.ts';
import { display } from './display.ts';
import { Displayable } from './displayable.ts';
import { currentRun, outsideRuns } from './run.ts';
import { drawn, makeWidget, type WidgetSettings } from './widget.ts';

/** What a widget of one's own may be told. */
export interface ModuleSettings<T extends object> extends Omit<WidgetSettings<T>, 'value'> {
  /**
   * Its state before anyone moves it: what `model.get` reads and `model.set` writes. Values that JSON holds, and bytes
   * (`Uint8Array`), which the module gets as `DataView`, as in Jupyter.
   */
  readonly state: T;
  /** Its style sheet, or the path of one. */
  readonly css?: string;
  /** What it is, for readers who do not see it. */
  readonly label?: string;
}

/**
 * A widget of one's own, after the convention of anywidget: a module whose default export has
 * `render({ model, el })`, and perhaps `initialize({ model })`. It runs in a frame that reaches neither the page nor the
 * network; what it imports is bundled, also from `node_modules`. Gives its state, which changes with
 * `model.set(name, value)` and `model.save_changes()`.
 * @param module the module's text, or the path of a file (JavaScript, TypeScript, JSX)
 * @throws UserError when there is no such file; when the module cannot be bundled, as the cell's output is drawn
 * @example
 * const { count } = widget(`
 *   export default {
 *     render({ model, el }) {
 *       const button = document.createElement('button');
 *       const show = () => { button.textContent = 'count is ' + model.get('count'); };
 *       button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
 *       model.on('change:count', show);
 *       show();
 *       el.append(button);
 *     },
 *   };`, { state: { count: 0 } });
 */
export function widget<T extends object>(module: string, settings: ModuleSettings<T>): T {
  const { state: initial, label = 'Widget', css } = settings;
  const source = textOf(module, /^[^\n]+\.[cm]?[jt]sx?$/);
  const style = css === undefined ? undefined : textOf(css, /^[^\n{]+\.css$/);
  const run = currentRun();
  if (!run) return initial;
  const declared = packed(initial);
  const made = makeWidget({ kind: 'module', label, initial: declared, settings: settings as WidgetSettings<unknown> });
  const value = { ...declared, ...(made.value as object) }; // what was not moved is as declared now
  const output = async () => {
    const { bundleModule } = await import('./moduleBundle.ts');
    const script = await outsideRuns(() => bundleModule(source.text, source.path, (path) => run.readFile(path)));
    const options = { ...made.options, script, ...(style && { css: style.text }) };
    return drawn({ ...made, value, options });
  };
  void display(new Displayable(label, output));
  return unpacked(value) as T; // what JSON held of it, and what the module made of it since
}

/** A state as JSON: bytes in it as `{"$bytes": base64}`. */
function packed(state: object): object {
  const text = JSON.stringify(state, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const part = this[key]; // `value` is what a Buffer makes of itself
    if (ArrayBuffer.isView(part))
      return { $bytes: Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64') };
    return part instanceof ArrayBuffer ? { $bytes: Buffer.from(part).toString('base64') } : value;
  });
  return JSON.parse(text) as object;
}

function unpacked(state: object): unknown {
  return JSON.parse(JSON.stringify(state), (_key, part: { readonly $bytes?: unknown } | null) =>
    typeof part?.$bytes === 'string' ? new Uint8Array(Buffer.from(part.$bytes, 'base64')) : part,
  );
}

function textOf(given: string, path: RegExp): { readonly text: string; readonly path: string | null } {
  if (/^https?:/.test(given))
    throw new UserError(`Widgets load nothing from the network. Save ${given} beside the notebook, and give its path.`);
  if (!path.test(given.trim())) return { text: given, path: null };
  if (!existsSync(given)) throw new UserError(`There is no file "${given}".`);
  return { text: readFileSync(given, 'utf8'), path: given };
}
