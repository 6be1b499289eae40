import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { ProfilePhase } from '../profile/measurementOptions.ts';
import type { ProfilerEnvironment } from '../profile/measureSubject.ts';
import { callableAt, listFunctions, takesArguments } from '../profile/target.ts';
import type { PanelState } from '../protocol/panel.ts';
import type { Touched } from '../protocol/profiler.ts';
import { setting } from './contributions.ts';
import { askArguments } from './profileArguments.ts';
import { documentUri } from './profileCells.ts';
import { showHeat } from './profileHeat.ts';
import type { KeptProfile } from './profileHistory.ts';
import { cellJob, fileJob, functionJob, jobOf, type ProfileJob } from './profileJob.ts';
import type { ProfileTools } from './profileTools.ts';
import { viewOf } from './profileView.ts';
import { requireTrust } from './trust.ts';

type FunctionInfo = ReturnType<typeof listFunctions>[number];

const LANGUAGES = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'];

/** What is measured beside the usual, and for how long. */
interface MorePasses {
  readonly seconds?: number;
  readonly memory?: boolean;
  readonly leak?: boolean;
  readonly counts?: boolean;
}

/** "Profile Function": asks what is not known, measures, and shows the lines in the editor and everything in a panel. */
export async function profile(tools: ProfileTools, name?: string, passes: MorePasses = {}): Promise<void> {
  requireTrust();
  getReady(tools); // it gets ready while the reader is asked
  const found = await functionInFront('put the cursor into the function to profile', name);
  if (!found) return;
  const { document, functions, chosen } = found;
  const asks = takesArguments(functions, chosen);
  const given = asks ? await askArguments(tools, document, chosen.name) : { args: '[]' };
  if (given) await measure(tools, functionJob(document, chosen.name, given), passes);
}

/** The function at the cursor, or the one that is named or picked; nothing when the reader gives up. */
export async function functionInFront(purpose: string, name?: string) {
  const { document, selection } = editorInFront(purpose);
  const functions = listFunctions(document.getText(), document.fileName);
  const chosen = await chooseFunction(functions, document.offsetAt(selection.active), name);
  return chosen && { document, functions, chosen };
}

/** "Profile File": runs the open file once, as it stands in the editor. */
export async function profileFile(tools: ProfileTools): Promise<void> {
  await measure(tools, fileJob(editorInFront('profile it').document), {});
}

/** The code that is looked at. @throws UserError when there is none, or it must not run */
function editorInFront(purpose: string): vscode.TextEditor {
  requireTrust();
  const editor = vscode.window.activeTextEditor;
  if (editor && LANGUAGES.includes(editor.document.languageId)) return editor;
  throw new UserError(`Open a TypeScript or JavaScript file and ${purpose}.`);
}

/** "Profile Cell": measures a cell as it stands in the editor, with what the cells above it gave. */
export async function profileCell(tools: ProfileTools, cell: vscode.NotebookCell): Promise<void> {
  requireTrust();
  getReady(tools);
  await measure(tools, cellJob(tools, cell), {});
}

/** Fills the panel of an earlier window with the profile that it showed; one whose profile is gone goes too. */
export async function restorePanel(tools: ProfileTools, panel: vscode.WebviewPanel, state: PanelState): Promise<void> {
  const { profile, than } = 'profile' in state ? state : { profile: '', than: null };
  const kept = await tools.history.find(profile);
  if (!kept || !tools.panel.adopt(panel)) return panel.dispose();
  await showPanel(tools, () => jobAgain(tools, kept), kept, than === null ? null : await tools.history.find(than));
}

/** Shows a kept profile again, compared with another one where one is given. */
export async function showKept(tools: ProfileTools, kept: KeptProfile, than: KeptProfile | null): Promise<void> {
  const { target } = kept.result;
  const uri = await documentUri(target.file);
  await vscode.commands.executeCommand('vscode.open', uri, { preserveFocus: true });
  await showHeat(tools, kept);
  await showPanel(tools, () => jobAgain(tools, kept), kept, than);
}

async function jobAgain(tools: ProfileTools, { result: { target } }: KeptProfile): Promise<ProfileJob> {
  return jobOf(tools, await documentUri(target.file), target);
}

async function chooseFunction(
  functions: readonly FunctionInfo[],
  offset: number,
  name?: string,
): Promise<FunctionInfo | undefined> {
  const callable = functions.filter(({ access }) => access);
  const here = name === undefined ? callableAt(functions, offset) : callable.find((one) => one.name === name);
  if (here) return here;
  if (!callable.length) throw new UserError('This file has no function that can be called from outside.');
  if (callable.length === 1) return callable[0];
  const items = callable.map((info) => ({
    label: `$(symbol-method) ${info.name}`,
    description: `line ${info.line}`,
    info,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Which function?',
    matchOnDescription: true,
  });
  return picked?.info;
}

/** Measures, keeps what came out, and shows it. */
async function measure(tools: ProfileTools, job: ProfileJob, passes: MorePasses): Promise<void> {
  const title = `Profiling ${job.name}`;
  const location = vscode.ProgressLocation.Notification;
  const kept = await vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      const request = {
        seconds: setting('profile.seconds'),
        ...passes,
        memoryMB: setting('profile.maxMemoryMB'),
        signal: abort.signal,
        onProgress: (phase: ProfilePhase) => progress.report({ message: phase }),
        onConsent: askConsent,
      };
      const { result, ...files } = await job.run(request, environment(tools));
      const at = new Date().toISOString();
      return await tools.history.add({ at, commit: await commitOf(result.target.file), result }, files);
    } catch (error) {
      if (abort.signal.aborted) return null; // cancelling is silent
      throw error;
    }
  });
  if (!kept) return;
  getReady(tools); // profiling again is what one does
  if (job.isOperation) note(tools, kept);
  await showHeat(tools, kept);
  await showPanel(tools, () => job, kept, await tools.history.baseline(kept.result.target));
  await vscode.commands.executeCommand('setContext', 'memoir.hasProfiled', true);
}

/** Has a process ready for the next measurement. */
function getReady(tools: ProfileTools): void {
  tools.spare.prepare({ ...environment(tools), memoryMB: setting('profile.maxMemoryMB') });
}

function environment({ context, spare, report }: ProfileTools): ProfilerEnvironment {
  const dist = join(context.extensionPath, 'dist');
  const nodePath = setting('kernel.nodePath') || null;
  return { script: join(dist, 'profile.js'), memoir: join(dist, 'library.js'), nodePath, spare, log: report };
}

async function showPanel(
  tools: ProfileTools,
  job: () => ProfileJob | Promise<ProfileJob>,
  kept: KeptProfile,
  than: KeptProfile | null,
): Promise<void> {
  const { memory, leak, counts } = kept.result;
  const more = { memory: memory !== null, leak: leak !== null, counts: Boolean(counts) }; // older ones have none
  const show = (error: unknown) => tools.report.show(error);
  const again = async (passes: MorePasses) => measure(tools, await job(), passes);
  tools.panel.show(await viewOf(tools, kept, than), {
    state: { profile: kept.id, than: than?.id ?? null },
    again: (seconds) => void again(seconds === null ? more : { ...more, seconds }).catch(show),
    export: () => void exportProfile(tools, kept).catch(show),
  });
}

/** Saves a profile where the reader wants it, in the format that VS Code and Chrome's tools open. */
export async function exportProfile({ history }: ProfileTools, { id, result }: KeptProfile): Promise<void> {
  const beside = vscode.Uri.file(
    join(dirname(result.target.file), `${result.target.name.replace(/[\\/:*?"<>|]/g, '-')}.cpuprofile`),
  );
  const to = await vscode.window.showSaveDialog({ defaultUri: beside, filters: { 'CPU profile': ['cpuprofile'] } });
  if (to) await vscode.workspace.fs.copy(vscode.Uri.file(history.cpuprofile(id)), to, { overwrite: true });
}

async function askConsent(touched: readonly Touched[]): Promise<boolean> {
  const question = `The first call touched the outside: ${touched.join(', ')}. Measuring calls the function many times more.`;
  return (await vscode.window.showWarningMessage(question, { modal: true }, 'Call It Again')) === 'Call It Again';
}

/** A profiled function is an operation like any other. */
function note({ stores }: ProfileTools, { result }: KeptProfile): void {
  const { target, timing, outcome, error } = result;
  const { monitor } = stores.at(stores.directory(vscode.Uri.file(target.file)));
  const where = { file: target.file, line: target.line, function: target.name };
  if (timing) monitor.operation(target.name, { ms: timing.medianMs, where });
  else if (outcome === 'threw')
    monitor.operation(target.name, { ms: 0, ok: false, error: error?.message ?? 'it threw', where });
}

async function commitOf(file: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: dirname(file),
      timeout: 2000,
    });
    return stdout.trim();
  } catch {
    return null; // no repository, or no git
  }
}
