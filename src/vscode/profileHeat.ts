import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { type HeatKind, heatKinds, heatLines } from './profileHeatLines.ts';
import type { KeptProfile } from './profileHistory.ts';
import type { ProfileTools } from './profileTools.ts';

/** Where a window keeps what its editors show. */
const SHOWN = 'memoir.heat';

interface Shown {
  readonly id: string;
  readonly kind: HeatKind;
}

/** Marks the lines of a profile in the editors, also after the window was reloaded. */
export async function showHeat({ heat, context }: ProfileTools, kept: KeptProfile, wanted?: HeatKind): Promise<void> {
  const { id, result } = kept;
  const kind = wanted ?? heatKinds(result)[0] ?? 'cpu';
  heat.show(heatLines(result, kind), result.sources);
  await context.workspaceState.update(SHOWN, { id, kind } satisfies Shown);
}

export async function hideHeat({ heat, context }: ProfileTools): Promise<void> {
  heat.clear();
  await context.workspaceState.update(SHOWN, undefined);
}

/** Shows what was shown when the window was last open. */
export async function restoreHeat(tools: ProfileTools): Promise<void> {
  const shown = tools.context.workspaceState.get<Shown>(SHOWN);
  const kept = shown && (await tools.history.find(shown.id));
  if (kept) await showHeat(tools, kept, shown.kind);
}

/** Asks what heat shall go by: CPU time, waiting, allocation. */
export async function switchHeat(tools: ProfileTools): Promise<void> {
  const shown = tools.context.workspaceState.get<Shown>(SHOWN);
  const kept = shown && (await tools.history.find(shown.id));
  if (!kept) throw new UserError('No profile is shown in the editor. Profile a function first.');
  const items = heatKinds(kept.result).map((kind) => ({ label: NAMES[kind], by: kind }));
  if (items.length < 2)
    throw new UserError('This profile has nothing else to show. "Memoir: Profile Memory of Function" adds allocation.');
  const picked = await vscode.window.showQuickPick(items, { title: `Show lines of ${kept.result.target.name} by` });
  if (picked) await showHeat(tools, kept, picked.by);
}

const NAMES: Readonly<Record<HeatKind, string>> = {
  cpu: 'CPU time',
  waiting: 'Waiting',
  allocation: 'Allocation, function by function',
};
