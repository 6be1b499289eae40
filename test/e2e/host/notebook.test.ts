import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, onTestEnd, test } from '../../support/vscode/hostSuite.ts';
import { change, open, replace, textOf } from '../../support/vscode/notebookSteps.ts';

const SOURCE = `// %% [markdown]
// # Sums

// %% Numbers
const numbers = [1, 2, 3];

// %% Sum
const sum = numbers.reduce((a, b) => a + b, 0);
sum
`;

test('a notebook file opens as a notebook with its cells', async () => {
  const notebook = await open('cells.memoir.ts', SOURCE);
  assert.equal(notebook.notebookType, 'memoir');
  assert.deepEqual(
    notebook.getCells().map((cell) => cell.kind),
    [vscode.NotebookCellKind.Markup, vscode.NotebookCellKind.Code, vscode.NotebookCellKind.Code],
  );
  assert.equal(notebook.cellAt(1).document.languageId, 'memoir-typescript');
  assert.equal(notebook.cellAt(1).document.getText(), 'const numbers = [1, 2, 3];');
});

test('running a notebook shows the value of the last expression', async () => {
  const notebook = await open('runs.memoir.ts', SOURCE);
  await vscode.commands.executeCommand('notebook.execute');
  await textOf(notebook.cellAt(2), /^6$/);
});

test('cells above, and a cell with those below, run on their own', async () => {
  const notebook = await open('parts.memoir.ts', "// %%\n'first'\n// %%\n'second'\n// %%\n'third'\n");
  const editor = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook)!;
  editor.selection = new vscode.NotebookRange(1, 2);
  const shown = () => notebook.getCells().map(({ outputs }) => outputs.length);
  await vscode.commands.executeCommand('notebook.cell.executeCellsAbove');
  await textOf(notebook.cellAt(0), /first/);
  assert.deepEqual(shown(), [1, 0, 0]);
  await vscode.commands.executeCommand('notebook.cell.executeCellAndBelow');
  await textOf(notebook.cellAt(2), /third/);
  assert.deepEqual(shown(), [1, 1, 1]);
});

test('an edit re-runs what depends on it and an equal result stops the wave', async () => {
  const shout = '// %% Shout\n`sum ${sum} in run ${process.cpuUsage().user}`\n';
  const notebook = await open('wave.memoir.ts', `${SOURCE}\n${shout}\n// %% Alone\n'first'\n`);
  await vscode.commands.executeCommand('notebook.execute');
  const before = await textOf(notebook.cellAt(3), /sum 6/);
  await change(notebook, 1, 'const numbers = [3, 2, 1];');
  await textOf(notebook.cellAt(2), /^6/);
  await change(notebook, 4, "'second'"); // one cell runs at a time: what the first edit set off comes before
  await textOf(notebook.cellAt(4), /second/);
  assert.equal(await textOf(notebook.cellAt(3), /sum 6/), before);
  await change(notebook, 1, 'const numbers = [3, 2, 1, 4];');
  await textOf(notebook.cellAt(3), /sum 10/);
});

test('saving an untouched notebook leaves its bytes alone', async () => {
  const source = '\r\n// %% One\r\nconst one = 1;   \r\n\r\n\r\n// %%   Two\r\none';
  const notebook = await open('bytes.memoir.ts', source);
  await replace(notebook.cellAt(0), 'const one = 1.5;');
  assert.equal(await notebook.save(), true);
  const saved = Buffer.from(await vscode.workspace.fs.readFile(notebook.uri)).toString();
  assert.match(saved, /const one = 1\.5;/);
  assert.ok(saved.endsWith('// %%   Two\r\none'));
});

test('what VS Code saves by itself does not run; saving it does', async () => {
  const notebook = await open('autosave.memoir.ts', "// %% Seen\n'nothing'\n");
  const push = (word: string) => replace(notebook.cellAt(0), `(globalThis.seen ??= []).push('${word}'); seen.join()`);
  const savesItself = async (when: string) => vscode.workspace.getConfiguration('files').update('autoSave', when);
  onTestEnd(() => savesItself('off'));
  await savesItself('afterDelay');
  await push('half');
  await eventually(() => !notebook.isDirty);
  await savesItself('off');
  await push('whole');
  await vscode.commands.executeCommand('workbench.action.files.save');
  assert.equal(await textOf(notebook.cellAt(0), /whole/), "'whole'");
  await savesItself('afterDelay');
  await push('last');
  await eventually(() => !notebook.isDirty);
  await vscode.commands.executeCommand('workbench.action.files.save');
  assert.equal(await textOf(notebook.cellAt(0), /last/), "'whole,last'");
});

test('a cell that throws carries its error', async () => {
  const notebook = await open('throws.memoir.ts', "// %% Bad\nthrow new Error('no luck today');\n");
  await vscode.commands.executeCommand('notebook.execute');
  await eventually(() => notebook.cellAt(0).executionSummary?.success === false);
  const items = notebook.cellAt(0).outputs.flatMap((output) => output.items);
  assert.ok(items.some((item) => Buffer.from(item.data).toString().includes('no luck today')));
});

test('long console text stands above the result, also when the cell runs once more', async () => {
  const source = "console.log('x'.repeat(60_000));\n'first'\n";
  const notebook = await open('long.memoir.ts', `// %% Long\n${source}`);
  const kinds = () => notebook.cellAt(0).outputs.map(({ items }) => items.at(-1)!.mime);
  await vscode.commands.executeCommand('notebook.execute');
  await textOf(notebook.cellAt(0), /first/);
  const [above, below] = kinds();
  await change(notebook, 0, source.replace('first', 'second'));
  await textOf(notebook.cellAt(0), /second/);
  assert.deepEqual(kinds(), [above, below]);
  assert.match(above!, /stdout/);
});
