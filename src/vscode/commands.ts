import type * as vscode from 'vscode';
import { exportShown } from './appExport.ts';
import type { CommandId } from './contributions.ts';
import { Host } from './host.ts';
import * as notebook from './notebookCommands.ts';
import { setUpPlainTypes } from './plainText.ts';
import { installPackage, mergeCells } from './problemFixes.ts';
import * as profiling from './profileCommands.ts';
import * as sidebar from './sidebarCommands.ts';
import { sortNotebook } from './sortCommand.ts';
import { requireTrust } from './trust.ts';

/** What each command does. */
const commands: Readonly<Record<CommandId, (host: Host, ...args: readonly unknown[]) => unknown>> = {
  'memoir.newNotebook': () => notebook.newNotebook(),
  'memoir.openSample': ({ context }) => notebook.openSample(context),
  'memoir.openSampleFunction': ({ context }) => notebook.openSampleFunction(context),
  'memoir.runStale': ({ notebooks }) => notebooks.active().runStale(),
  'memoir.runCell': ({ notebooks }, cell) => notebooks.run(notebook.cellFrom(cell)),
  'memoir.runPlan': ({ notebooks }) => notebook.runPlan(notebooks),
  'memoir.explainCell': ({ notebooks }, cell) => notebook.explainCell(notebooks, cell),
  'memoir.editTitle': (_, cell) => notebook.editTitle(cell),
  'memoir.renameTable': (_, cell) => notebook.renameSqlTable(cell),
  'memoir.showGraph': ({ graph }) => graph.show(),
  'memoir.openApp': ({ app }) => {
    requireTrust();
    app.show();
  },
  'memoir.resetWidgets': ({ notebooks }) => notebooks.resetWidgets(),
  'memoir.exportNotebook': ({ notebooks, context }) => exportShown(notebooks.active(), context.extensionPath),
  'memoir.debugCell': ({ notebooks }, cell) => notebooks.debug(notebook.cellFrom(cell)),
  'memoir.setUpTypes': ({ context }, uri) => setUpPlainTypes(context, uri),
  'memoir.mergeCells': (_, cells) => mergeCells(cells as readonly vscode.NotebookCell[]), // see problemFixes
  'memoir.installPackage': (_, cell, specifier) => installPackage(String(cell), String(specifier)), // see language/fixes
  'memoir.sortCells': ({ notebooks }) => sortNotebook(notebooks),
  'memoir.restartKernel': ({ notebooks }) => notebooks.restart(),
  'memoir.clearCache': ({ stores }) => notebook.clearCache(stores),
  'memoir.openPlace': ({ performance }, place) => sidebar.openTarget(performance, place),
  'memoir.rerunCell': ({ notebooks, performance }, line) => sidebar.rerunCell(notebooks, performance, line),
  'memoir.acknowledgeAlert': ({ performance }, line) => performance.acknowledge(String(line)),
  'memoir.refreshPerformance': ({ performance }) => performance.refresh(),
  'memoir.profileFunction': (host, name) => profiling.start(host, name),
  'memoir.profileCell': (host, cell) => profiling.startCell(host, cell),
  'memoir.profileFile': (host) => profiling.startFile(host),
  'memoir.profileMemory': (host, name) => profiling.startMemory(host, name),
  'memoir.profileCounts': (host, name) => profiling.startCounts(host, name),
  'memoir.captureArguments': (host) => profiling.capture(host),
  'memoir.compareProfiles': (host, id) => profiling.compare(host, id),
  'memoir.pinProfile': (host, id) => profiling.pin(host, id),
  'memoir.showFlameChart': (host, id) => profiling.show(host, id),
  'memoir.exportProfile': (host, id) => profiling.save(host, id),
  'memoir.deleteProfile': (host, id) => profiling.remove(host, id),
  'memoir.switchProfileHeat': (host) => profiling.heatBy(host),
  'memoir.clearProfileHeat': (host) => profiling.clearHeat(host),
  'memoir.showLog': ({ report }) => report.reveal(),
};

/** Makes everything behind the commands and views. */
export function openHost(context: vscode.ExtensionContext): Host {
  return new Host(context);
}

/** Runs a command; what goes wrong is shown. */
export async function runCommand(host: Host, id: CommandId, args: readonly unknown[]): Promise<unknown> {
  try {
    return await commands[id](host, ...args);
  } catch (error) {
    host.report.show(error);
    return undefined;
  }
}
