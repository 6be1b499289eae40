import * as vscode from 'vscode';
import type { TypeScriptSettings } from '../protocol/language.ts';

/** Where VS Code keeps its settings for TypeScript: under the old name and the new one, which goes before it. */
export const SETTINGS = ['typescript', 'js/ts'] as const;

/** VS Code's own settings for TypeScript, as far as they say how cells are hinted at, completed and formatted. */
export function typeScriptSettings(): TypeScriptSettings {
  const [old, now] = SETTINGS.map((section) => vscode.workspace.getConfiguration(section)) as [Settings, Settings];
  const read = (name: string): unknown => {
    const both = [old.get(name), now.get(name)];
    const keys = new Set(both.flatMap((value) => (isGroup(value) ? Object.keys(value) : [])));
    if (keys.size) return Object.fromEntries([...keys].map((key) => [key, read(`${name}.${key}`)]));
    return isSet(now, name) ? both[1] : (both[0] ?? both[1]);
  };
  const parts = ['inlayHints', 'preferences', 'format'].map((part) => [part, read(part)]);
  return Object.fromEntries(parts); // whose shape is VS Code's
}

type Settings = vscode.WorkspaceConfiguration;

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether somebody has set it, at whatever level. */
function isSet(settings: Settings, name: string): boolean {
  const { defaultValue: _, key: __, languageIds: ___, ...levels } = settings.inspect(name) ?? {};
  return Object.values(levels).some((value) => value !== undefined);
}
