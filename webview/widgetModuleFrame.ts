import type { WidgetOptions } from '../src/protocol/output.ts';

/** The body of the frame that a widget module runs in: its script, its style, and the model that it speaks to. */
export function moduleDocument({ script = '', css = '' }: WidgetOptions, state: unknown): string {
  return `<div id="memoir-widget"></div>
<script>${script.replaceAll('</script', '<\\/script')}</script>
<script>(${startModule})(${literal(state)}, ${literal(css)})</script>`;
}

/** The state that a message from a frame tells, or null when it is none. */
export function sentState(message: unknown): Record<string, unknown> | null {
  if (typeof message !== 'object' || message === null || !('memoirState' in message)) return null;
  const { memoirState: state } = message;
  return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : null;
}

/** JSON that can stand in a script. */
function literal(value: unknown): string {
  return JSON.stringify(value ?? null).replaceAll('<', '\\u003c');
}

/** Runs in the frame: the model of the anywidget convention, and the module's life. */
const startModule = `async (state, css) => {
  const listeners = new Map();
  const changed = new Set();
  const emit = (name, ...args) => { for (const listener of [...(listeners.get(name) ?? [])]) listener(...args); };
  const put = (name, value) => {
    if (JSON.stringify(state[name]) === JSON.stringify(value) && typeof value !== 'object') return;
    state[name] = value;
    emit('change:' + name, model, value);
    emit('change', model);
  };
  const model = {
    get: (name) => state[name],
    set(name, value) {
      const entries = typeof name === 'object' ? Object.entries(name) : [[name, value]];
      for (const [key, next] of entries) { changed.add(key); put(key, next); }
    },
    save_changes() {
      if (!changed.size) return;
      changed.clear();
      parent.postMessage({ memoirState: JSON.parse(JSON.stringify(state)) }, '*');
    },
    on(names, listener) {
      for (const name of names.split(' ')) listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    off(names, listener) {
      if (!names) return listeners.clear();
      for (const name of names.split(' ')) listeners.set(name, (listeners.get(name) ?? []).filter((one) => listener && one !== listener));
    },
    send() {},
    widget_manager: {},
  };
  addEventListener('message', ({ source, data }) => {
    if (source !== parent || !data || !data.memoirState) return;
    for (const [name, value] of Object.entries(data.memoirState)) if (JSON.stringify(state[name]) !== JSON.stringify(value)) put(name, value);
  });
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const el = document.getElementById('memoir-widget');
  const experimental = { invoke: () => Promise.reject(new Error('There is no Python behind this widget.')) };
  const { signal } = new AbortController();
  try {
    const given = memoirWidget.default ?? memoirWidget;
    const module = typeof given === 'function' ? await given() : given;
    await module.initialize?.({ model, signal, experimental });
    await module.render?.({ model, el, signal, experimental });
  } catch (error) {
    el.setAttribute('role', 'alert');
    el.textContent = 'This widget ended with an error: ' + (error && error.message || error);
  }
}`;
