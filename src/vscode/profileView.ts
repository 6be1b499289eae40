import { join } from 'node:path';
import * as vscode from 'vscode';
import { compareProfiles } from '../profile/compare.ts';
import { stackDifference } from '../profile/stackDifference.ts';
import type { ProfileView } from '../protocol/panel.ts';
import type { FlameModel, ProfileResult, StackDifference } from '../protocol/profileResult.ts';
import { documentUri, shownPath } from './profileCells.ts';
import { runTimesChart } from './profileChart.ts';
import type { KeptProfile } from './profileHistory.ts';
import type { ProfileTools } from './profileTools.ts';

/** What the panel shows of a kept profile, beside another one where it is compared. */
export async function viewOf(
  { context, history }: ProfileTools,
  { id, at, commit, result }: KeptProfile,
  than: KeptProfile | null,
): Promise<ProfileView> {
  const { error } = result;
  const thrown = error?.file && error.line !== null ? [{ file: error.file, line: error.line }] : [];
  const places = [...(result.cpu?.lines ?? []), ...(result.waiting?.lines ?? []), ...thrown];
  const counted = [...(result.counts?.functions ?? []), ...(result.counts?.lines ?? [])];
  const files = new Set([result.target.file, ...[...places, ...counted].map(({ file }) => file)]);
  const source: Record<string, Record<number, string>> = {};
  for (const file of files) {
    const text = await linesOf(file).catch(() => []); // gone since
    const lines = places.filter((place) => place.file === file).map(({ line }) => line);
    source[file] = Object.fromEntries(lines.map((line) => [line, (text[line - 1] ?? '').trim()]));
  }
  const flames = await history.flames(id);
  return {
    result,
    at,
    commit,
    overhead: null,
    paths: Object.fromEntries([...files].map((file) => [file, shownPath(file)])),
    source,
    runTimes: await runTimesChart(result.timing, join(context.extensionPath, 'dist')),
    ...flames,
    comparison: than && {
      than: nameOf(than),
      comparison: compareProfiles(than.result, result),
      stacks: stacksOf(than.result, (await history.flames(than.id)).flame, result, flames.flame),
    },
  };
}

function stacksOf(
  then: ProfileResult,
  before: FlameModel | null,
  result: ProfileResult,
  after: FlameModel | null,
): StackDifference | null {
  return before && after && stackDifference({ result: then, flame: before }, { result, flame: after });
}

async function linesOf(file: string): Promise<string[]> {
  const document = await vscode.workspace.openTextDocument(await documentUri(file));
  return document.getText().split('\n');
}

/** A profile in words, beside another of the same function. */
function nameOf({ at, commit, pinned }: KeptProfile): string {
  const time = new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return `the ${pinned ? 'baseline' : 'profile'} of ${time}${commit ? `, commit ${commit}` : ''}`;
}
