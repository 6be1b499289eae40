import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';

/** Stands before everything that runs a user's code. @throws UserError in a folder that is not trusted */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(
    'This folder is not trusted, so Memoir does not run its code. Trust it with "Workspaces: Manage Workspace Trust".',
  );
}
