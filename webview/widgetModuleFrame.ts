import type { WidgetOptions } from '../src/protocol/output.ts';

/** JSON, with bytes as `{"$bytes": base64}`. */
export type ModuleState = Readonly<Record<string, unknown>>;

/** The body of the frame that a widget module runs in: its script, its style, and the model that it speaks to. */
export function moduleDocument({ script = '', css = '' }: WidgetOptions, state: ModuleState): string {
  return `<div id="memoir-widget"></div>
<script>${script.replaceAll('</script', '<\\/script')}</script>
<script>(${startModule})(${literal(state)}, ${literal(css)})</script>`;
}

/** What a message from a frame says that the widget has changed of its state, or null when it is none. */
export function sentMoves(message: unknown): ModuleState | null {
  if (typeof message !== 'object' || message === null || !('memoirMoves' in message)) return null;
  const { memoirMoves: moves } = message;
  return typeof moves === 'object' && moves !== null ? (moves as ModuleState) : null;
}

/** JSON that can stand in a script. */
function literal(value: unknown): string {
  return JSON.stringify(value ?? null).replaceAll('<', '\\u003c');
}

/**
 * Runs in the frame: the model of the anywidget convention, and the module's life. As in Jupyter, bytes are `DataView`s,
 * and a value that equals the one before is no change.
 */
const startModule = `async (given, css) => {
  const bytesOf = (text) => new DataView(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
  const textOf = (part) => btoa(Array.from(new Uint8Array(part.buffer ?? part, part.byteOffset, part.byteLength), (byte) => String.fromCharCode(byte)).join(''));
  const el = document.getElementById('memoir-widget');
  const read = (value) => JSON.parse(JSON.stringify(value), (_, part) => typeof part?.$bytes === 'string' ? bytesOf(part.$bytes) : part);
  const write = (value) => JSON.stringify(value, (_, part) => part instanceof ArrayBuffer || ArrayBuffer.isView(part) ? { $bytes: textOf(part) } : part);
  const state = read(given);
  const listeners = new Map();
  const unsaved = new Set();
  const emit = (name, ...args) => { for (const [listener, self] of [...(listeners.get(name) ?? [])]) listener.apply(self, args); };
  const put = (entries) => {
    const changed = entries.filter(([name, value]) => write(state[name]) !== write(value));
    for (const [name, value] of entries) state[name] = value;
    for (const [name, value] of changed) emit('change:' + name, model, value);
    if (changed.length) emit('change', model);
  };
  const tell = (names) => {
    const moves = Object.fromEntries(names.map((name) => [name, state[name]]));
    parent.postMessage({ memoirMoves: JSON.parse(write(moves)) }, '*');
  };
  const note = (text) => {
    if (el.nextSibling?.textContent !== text) el.after(Object.assign(document.createElement('p'), { role: 'status', textContent: text }));
  };
  const model = {
    get: (name) => state[name],
    set(name, value) {
      const entries = typeof name === 'object' ? Object.entries(name) : [[name, value]];
      for (const [key] of entries) unsaved.add(key);
      put(entries);
    },
    save_changes() {
      if (unsaved.size) tell([...unsaved]);
      unsaved.clear();
    },
    on(names, listener, self = model) {
      for (const name of names.split(' ')) listeners.set(name, [...(listeners.get(name) ?? []), [listener, self]]);
    },
    off(names, listener) {
      for (const name of names ? names.split(' ') : listeners.keys())
        listeners.set(name, (listeners.get(name) ?? []).filter(([one]) => listener && one !== listener));
    },
    send(content) {
      if (!('message' in state)) return note('This widget sends messages. Put message: null into its state, and the cell gets the latest.');
      state.message = { content, count: (state.message?.count ?? 0) + 1 };
      tell(['message']);
    },
    widget_manager: { get_model: () => Promise.reject(new Error('a widget that stands in another one cannot be shown here.')) },
  };
  addEventListener('message', ({ source, data }) => {
    if (source !== parent || !data || !data.memoirState) return;
    put(Object.entries(read(data.memoirState)).filter(([name]) => !unsaved.has(name)));
  });
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const experimental = { invoke: (name) => Promise.reject(new Error('There is no Python behind this widget to run ' + name + '.')) };
  const life = new AbortController();
  const ends = [];
  addEventListener('pagehide', () => {
    life.abort();
    for (const end of ends.reverse()) if (typeof end === 'function') end();
  });
  try {
    const exported = memoirWidget.default ?? memoirWidget;
    const module = typeof exported === 'function' ? await exported() : exported;
    const { signal } = life;
    ends.push(await module.initialize?.({ model, signal, experimental }));
    ends.push(await module.render?.({ model, el, signal, experimental }));
  } catch (error) {
    el.setAttribute('role', 'alert');
    el.textContent = 'This widget ended with an error: ' + (error && error.message || error);
  }
}`;
