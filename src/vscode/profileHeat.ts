import { heatLines } from './profileHeatLines.ts';
import type { KeptProfile } from './profileHistory.ts';
import type { ProfileTools } from './profileTools.ts';

/** Where a window keeps which profile its editors show. */
const SHOWN = 'memoir.heat';

/** Marks the lines of a profile in the editors, also after the window was reloaded. */
export async function showHeat({ heat, context }: ProfileTools, { id, result }: KeptProfile): Promise<void> {
  heat.show(heatLines(result), result.sources);
  await context.workspaceState.update(SHOWN, id);
}

export async function hideHeat({ heat, context }: ProfileTools): Promise<void> {
  heat.clear();
  await context.workspaceState.update(SHOWN, undefined);
}

/** Shows what was shown when the window was last open. */
export async function restoreHeat(tools: ProfileTools): Promise<void> {
  const id = tools.context.workspaceState.get<string>(SHOWN);
  const kept = id === undefined ? null : await tools.history.find(id);
  if (kept) await showHeat(tools, kept);
}
