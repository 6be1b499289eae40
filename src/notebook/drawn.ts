import { MIME, type Output, type WidgetData } from '../protocol/output.ts';
import type { Session } from './session.ts';

/** The widgets that a notebook shows, by name, also those inside of forms and layouts. */
export function drawnWidgets(session: Session): Map<string, WidgetData> {
  const widgets = new Map<string, WidgetData>();
  eachDrawn(session, (mime, data) => {
    if (mime === MIME.widget) widgets.set((data as WidgetData).name, data as WidgetData); // drawn by the kernel
  });
  return widgets;
}

/** States that a reader has moved: how often something refreshed by itself is none of them. */
export function readerStates(session: Session, states: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const drawn = drawnWidgets(session);
  return Object.fromEntries([...states].filter(([name]) => drawn.get(name)?.kind !== 'refresh'));
}

/** Puts states back to where they stood at first: a widget's by moving it, others by forgetting them. */
export async function resetStates(
  session: Session,
  states: Map<string, unknown>,
  move: (name: string, initial: unknown) => Promise<void>,
  names: readonly string[] = Object.keys(readerStates(session, states)),
): Promise<void> {
  const drawn = drawnWidgets(session);
  const moves = names.map((name) => {
    const initial = drawn.get(name)?.initial;
    if (initial !== undefined) return move(name, initial);
    states.delete(name);
    return undefined;
  });
  await Promise.all(moves);
}

/** The names under which a reader may move something: of widgets, and of layouts that open and close. */
export function movableNames(session: Session): Set<string> {
  const names = new Set<string>();
  eachDrawn(session, (_mime, { name }) => typeof name === 'string' && names.add(name));
  return names;
}

function eachDrawn(session: Session, visit: (mime: string, data: { readonly name?: unknown }) => void): void {
  for (const id of session.program.order) {
    const { shown, record } = session.state(id);
    walk([...(record?.outputs ?? []), ...shown.outputs], visit);
  }
}

function walk(outputs: readonly Output[], visit: (mime: string, data: { readonly name?: unknown }) => void): void {
  for (const { mime, data } of outputs.flatMap(({ items }) => items)) {
    if (typeof data !== 'object' || data === null || data instanceof Uint8Array) continue;
    visit(mime, data);
    for (const children of childrenOf(data)) walk(children, visit);
  }
}

/** The outputs inside of a form (`options.children`) or of the parts of a layout (`children[].outputs`). */
function childrenOf(data: object): (readonly Output[])[] {
  const { options, children } = data as { options?: { children?: readonly Output[] }; children?: unknown }; // drawn by the kernel
  const parts = Array.isArray(children) ? (children as { outputs?: readonly Output[] }[]) : [];
  return [options?.children ?? [], ...parts.map(({ outputs }) => outputs ?? [])].filter(Array.isArray);
}
