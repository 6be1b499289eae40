import * as vscode from 'vscode';
import { listFunctions } from '../profile/target.ts';
import { changeText, summaryOf } from './profileSummary.ts';
import type { ProfilesTree } from './profilesTree.ts';

/** "Profile" above each function that can be called from outside, with what its last profile said. */
export class ProfileLenses implements vscode.CodeLensProvider {
  readonly #profiles: ProfilesTree;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(profiles: ProfilesTree) {
    this.#profiles = profiles;
    this.onDidChangeCodeLenses = profiles.onChange;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    return listFunctions(document.getText(), document.fileName)
      .filter(({ access, kind }) => access && kind !== 'constructor' && kind !== 'accessor')
      .flatMap(({ name, line }) => {
        const range = new vscode.Range(line - 1, 0, line - 1, 0);
        const run = { title: 'Profile', command: 'memoir.profileFunction', arguments: [name] };
        return [new vscode.CodeLens(range, run), ...this.#last(range, document.fileName, name)];
      });
  }

  /** The last median, and how it changed since the baseline, else since the profile before. */
  #last(range: vscode.Range, file: string, name: string): vscode.CodeLens[] {
    const [last, before] = this.#profiles.lastOf({ file, name });
    if (!last) return [];
    const title = [summaryOf(last.result), before && changeText(before, last)].filter(Boolean).join(', ');
    return [new vscode.CodeLens(range, { title, command: 'memoir.showFlameChart', arguments: [last.id] })];
  }
}

/** Files in which functions can be profiled. */
export const PROFILED: vscode.DocumentSelector = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'].map(
  (language) => ({ language, scheme: 'file' }),
);
