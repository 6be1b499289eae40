import * as vscode from 'vscode';
import { listFunctions } from '../profile/target.ts';

/** "Profile" above each function that can be called from outside. */
export class ProfileLenses implements vscode.CodeLensProvider {
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    return listFunctions(document.getText(), document.fileName)
      .filter(({ access, kind }) => access && kind !== 'constructor' && kind !== 'accessor')
      .map(({ name, line }) => {
        const range = new vscode.Range(line - 1, 0, line - 1, 0);
        return new vscode.CodeLens(range, { title: 'Profile', command: 'memoir.profileFunction', arguments: [name] });
      });
  }
}

/** Files in which functions can be profiled. */
export const PROFILED: vscode.DocumentSelector = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact'].map(
  (language) => ({ language, scheme: 'file' }),
);
