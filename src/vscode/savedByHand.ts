import * as vscode from 'vscode';

/** Tells of every notebook that a person or a command saved: what `files.autoSave` saves may be typed by half. */
export function onSavedByHand(tell: (document: vscode.NotebookDocument) => void): vscode.Disposable {
  const byItself = new WeakSet<vscode.NotebookDocument>();
  return vscode.Disposable.from(
    vscode.workspace.onWillSaveNotebookDocument(({ notebook, reason }) => {
      if (reason === vscode.TextDocumentSaveReason.Manual) byItself.delete(notebook);
      else byItself.add(notebook);
    }),
    vscode.workspace.onDidSaveNotebookDocument((notebook) => {
      if (!byItself.has(notebook)) tell(notebook);
    }),
  );
}
