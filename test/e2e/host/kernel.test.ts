import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, onTestEnd, test } from '../../support/vscode/hostSuite.ts';
import { change, open, runCell, textOf } from '../../support/vscode/notebookSteps.ts';

const LOOP = `// %% Kept
const kept = [Math.random()];
kept[0]

// %% Loop
for (;;) {}

// %% After
kept[0]
`;

test('interrupting ends an endless loop within a second and keeps every other value', async () => {
  const notebook = await open('loop.memoir.ts', LOOP);
  await runCell(0);
  const kept = await textOf(notebook.cellAt(0), /0\.\d+/);
  void runCell(1);
  await eventually(() => notebook.cellAt(1).executionSummary === undefined || isRunning(notebook.cellAt(1)));
  await new Promise((done) => setTimeout(done, 1500)); // the loop is in full swing
  const asked = Date.now();
  await vscode.commands.executeCommand('notebook.cancelExecution');
  await eventually(() => notebook.cellAt(1).executionSummary?.success === false);
  const took = Date.now() - asked;
  await runCell(2);
  assert.equal(await textOf(notebook.cellAt(2), /0\.\d+/), kept); // random: a second run of the cell would differ
  assert.ok(took < 1500, `it took ${took} ms`); // one second is the promise; the editor's own messages come on top
});

test('a kernel that is killed is reported, and the next run starts another', async () => {
  const notebook = await open(
    'killed.memoir.ts',
    "// %% Dies\nprocess.kill(process.pid, 'SIGKILL');\nawait new Promise(() => {});\n\n// %% Lives\n1 + 1\n",
  );
  await runCell(0);
  await errorOf(notebook.cellAt(0), /ended unexpectedly/);
  await runCell(1);
  await textOf(notebook.cellAt(1), /^2$/);
});

test('a cell that takes too much memory says so, and the notebook goes on', async () => {
  const settings = vscode.workspace.getConfiguration('memoir');
  await settings.update('kernel.maxMemoryMB', 96, vscode.ConfigurationTarget.Workspace);
  onTestEnd(async () => settings.update('kernel.maxMemoryMB', undefined, vscode.ConfigurationTarget.Workspace));
  const notebook = await open(
    'memory.memoir.ts',
    '// %% Hoard\nconst all: string[][] = [];\nfor (;;) all.push(Array.from({ length: 10000 }, (_, i) => `${i}`));\n\n// %% Lives\n1 + 1\n',
  );
  await runCell(0);
  await errorOf(notebook.cellAt(0), /ran out of memory.*96 MB/s);
  await runCell(1);
  await textOf(notebook.cellAt(1), /^2$/);
});

test('restarting the kernel keeps results, and values come back when they are needed', async () => {
  const notebook = await open('restart.memoir.ts', '// %% Base\nconst base = 20;\n\n// %% Use\nbase + 1\n');
  await vscode.commands.executeCommand('notebook.execute');
  await textOf(notebook.cellAt(1), /^21$/);
  await vscode.commands.executeCommand('memoir.restartKernel');
  await change(notebook, 1, 'base + 2');
  await textOf(notebook.cellAt(1), /^22$/);
});

test('a new notebook runs before it has a file', async () => {
  await vscode.commands.executeCommand('memoir.newNotebook');
  const notebook = await eventually(() => vscode.window.activeNotebookEditor?.notebook);
  onTestEnd(async () => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));
  assert.equal(notebook.uri.scheme, 'untitled');
  assert.match(notebook.uri.path, /\.memoir\.ts$/); // the name that it is saved under
  await change(notebook, 0, "import { md } from 'memoir';\nmd`It is ${6 * 7}.`");
  await textOf(notebook.cellAt(0), /It is 42/);
});

test('an SQL cell that a person makes gets a table name of its own', async () => {
  const notebook = await open(
    'sql.memoir.ts',
    '// %% [sql]\nconst query = await sql`SELECT 1 AS one`;\n\n// %% Second\nSELECT 2 AS two\n',
  );
  await vscode.languages.setTextDocumentLanguage(notebook.cellAt(1).document, 'sql');
  await eventually(
    () => (notebook.cellAt(1).metadata.memoir as { declares?: string } | undefined)?.declares === 'query2',
  );
  await runCell(1);
  await textOf(notebook.cellAt(1), /two/);
  assert.ok(await notebook.save());
  const saved = Buffer.from(await vscode.workspace.fs.readFile(notebook.uri)).toString();
  assert.match(saved, /\/\/ %% \[sql\] Second\nconst query2 = await sql`SELECT 2 AS two`;/);
});

function isRunning(cell: vscode.NotebookCell): boolean {
  return cell.executionSummary?.success === undefined;
}

/** The error that a cell shows, once it matches. */
function errorOf(cell: vscode.NotebookCell, pattern: RegExp): Promise<string> {
  return eventually(() => {
    const items = cell.outputs.flatMap((output) => output.items);
    const error = items.find((item) => item.mime === 'application/vnd.code.notebook.error');
    const text = error ? Buffer.from(error.data).toString() : '';
    return pattern.test(text) ? text : null;
  });
}
