import { basename } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/event.ts';
import type { Monitor } from './monitor.ts';

/** What is watched of a notebook's session; ids are the session's. */
export interface CellSource<Id extends string> {
  readonly onChange: Event<Id>;
  state(id: Id): {
    readonly status: string;
    readonly ms?: number;
    readonly from?: string;
    readonly error?: { readonly message: string };
    readonly record: { readonly impure: readonly string[]; readonly ms: number } | null;
  };
  readonly program: {
    readonly cells: ReadonlyMap<Id, { readonly label: string }>;
  };
}

/** A notebook's cells as operations, from now until disposed. */
export interface WatchedCells extends Disposable {
  /** Drops what is known of cells that are gone or are called otherwise: to be called after the notebook has changed. */
  sync(): void;
}

/** Notes each run of a cell under the notebook's and the cell's name; `notebook` is the path of its file. */
export function watchCells<Id extends string>(
  monitor: Monitor,
  session: CellSource<Id>,
  notebook: string,
): WatchedCells {
  const names = new Map<Id, string>();
  const results = new Map<Id, unknown>();
  const nameOf = (id: Id) => `${basename(notebook)} › ${session.program.cells.get(id)?.label}`;
  const watching = session.onChange((id) => {
    const state = session.state(id);
    const result = state.status === 'error' ? state.error : state.status === 'done' ? state.record : null;
    if (!result || results.get(id) === result) return; // still under way, or told again
    results.set(id, result);
    const name = nameOf(id);
    names.set(id, name);
    const where = {
      file: notebook,
      cell: { index: indexOf(session, id), label: session.program.cells.get(id)!.label },
    };
    const { ms = 0, error, record, from = '' } = state;
    if (error && ms > 0)
      monitor.operation(name, { ms, ok: false, error: error.message, where }); // mistakes found without a run take no time
    else if (FROM_A_RUN.has(from)) monitor.operation(name, { ms, where, impure: record?.impure ?? [] });
    else if (record && !error) monitor.recover(name, record.ms);
  });
  return {
    sync() {
      const present = new Set([...session.program.cells.keys()].map(nameOf)); // also in place of one that is gone
      for (const [id, name] of names) {
        if (session.program.cells.has(id) && nameOf(id) === name) continue;
        names.delete(id);
        if (!present.has(name)) monitor.forget(name);
      }
    },
    dispose: () => watching.dispose(),
  };
}

const FROM_A_RUN: ReadonlySet<string> = new Set(['computed', 'recreated']);

function indexOf<Id extends string>({ program }: CellSource<Id>, id: Id): number {
  return [...program.cells.keys()].indexOf(id);
}
