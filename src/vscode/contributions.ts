import * as vscode from 'vscode';

/** Names that package.json contributes; every use in code goes through here. */
export const NOTEBOOK_TYPE = 'memoir';
export const CELL_LANGUAGE = 'memoir-typescript';
export const CONTROLLER_ID = 'memoir-kernel';
export const RENDERER_ID = 'memoir-renderer';

/** The kinds of panels, which come back when a window is opened again. */
export const PANELS = ['memoir.app', 'memoir.graph', 'memoir.profile'] as const;
export type PanelType = (typeof PANELS)[number];

export const COMMANDS = [
  'memoir.newNotebook',
  'memoir.openSample',
  'memoir.openSampleFunction',
  'memoir.runStale',
  'memoir.runCell',
  'memoir.runPlan',
  'memoir.explainCell',
  'memoir.editTitle',
  'memoir.renameTable',
  'memoir.setUpTypes',
  'memoir.mergeCells',
  'memoir.installPackage',
  'memoir.sortCells',
  'memoir.debugCell',
  'memoir.showGraph',
  'memoir.openApp',
  'memoir.resetWidgets',
  'memoir.exportNotebook',
  'memoir.restartKernel',
  'memoir.clearCache',
  'memoir.profileFunction',
  'memoir.profileCell',
  'memoir.profileFile',
  'memoir.profileMemory',
  'memoir.profileCounts',
  'memoir.captureArguments',
  'memoir.compareProfiles',
  'memoir.pinProfile',
  'memoir.showFlameChart',
  'memoir.exportProfile',
  'memoir.deleteProfile',
  'memoir.switchProfileHeat',
  'memoir.clearProfileHeat',
  'memoir.openPlace',
  'memoir.acknowledgeAlert',
  'memoir.rerunCell',
  'memoir.refreshPerformance',
  'memoir.showLog',
] as const;
export type CommandId = (typeof COMMANDS)[number];

interface Settings {
  'cache.directory': string;
  'cache.memoryMaxMB': number;
  'cache.diskMaxMB': number;
  'cache.defaultTtl': string;
  'cache.compression': boolean;
  'cache.redisUrl': string;
  'notebook.autoRun': 'auto' | 'lazy';
  'alerts.slowOperationMs': number;
  'alerts.minHitRate': number;
  'alerts.cacheSizeMB': number;
  'monitor.intervalMs': number;
  'profile.codeLens': boolean;
  'profile.seconds': number;
  'profile.maxMemoryMB': number;
  'language.engine': 'bundled' | 'workspace';
  'kernel.nodePath': string;
  'kernel.maxMemoryMB': number;
  'data.memoryMaxMB': number;
  'data.spillDirectory': string;
}

/** A setting's value; defaults live in package.json. */
export function setting<K extends keyof Settings>(key: K, scope?: vscode.Uri): Settings[K] {
  return vscode.workspace.getConfiguration('memoir', scope).get(key) as Settings[K]; // package.json gives each a default of its type
}

/** Whether somebody chose a setting, so that it does not just have its default. */
export function isChosen(key: keyof Settings, scope?: vscode.Uri): boolean {
  const found = vscode.workspace.getConfiguration('memoir', scope).inspect(key);
  return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some((value) => value !== undefined);
}
