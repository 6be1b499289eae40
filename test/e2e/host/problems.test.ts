import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, test } from '../../support/vscode/hostSuite.ts';
import { open, replace, textOf, write } from '../../support/vscode/notebookSteps.ts';

/** What Memoir itself says about a cell, once it says something. */
function problemsOf(cell: vscode.NotebookCell): Promise<vscode.Diagnostic[]> {
  return eventually(() => {
    const own = vscode.languages.getDiagnostics(cell.document.uri).filter(({ source }) => source === 'memoir');
    return own.length ? own : null;
  });
}

/** Takes the fix of a cell's first problem whose title matches. */
async function fix(cell: vscode.NotebookCell, title: RegExp): Promise<void> {
  const [problem] = await problemsOf(cell);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    cell.document.uri,
    problem!.range,
  );
  const chosen = actions.find((action) => title.test(action.title));
  assert.ok(chosen, `no fix ${title} among: ${actions.map((action) => action.title).join('; ')}`);
  if (chosen.edit) assert.ok(await vscode.workspace.applyEdit(chosen.edit));
  const { command } = chosen;
  if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

const isWell = (cell: vscode.NotebookCell) =>
  eventually(() => vscode.languages.getDiagnostics(cell.document.uri).every(({ source }) => source !== 'memoir'));

test('a name declared twice is marked in both cells and can be renamed in one', async () => {
  const notebook = await open('twice.memoir.ts', '// %% One\nconst a = 1;\n// %% Two\nconst a = 2;\na + 1\n');
  const [problem] = await problemsOf(notebook.cellAt(0));
  assert.match(problem!.message, /declared in “One” and “Two”/);
  assert.equal(notebook.cellAt(0).document.getText(problem!.range), 'a');
  await fix(notebook.cellAt(1), /^Rename/);
  assert.equal(notebook.cellAt(1).document.getText(), 'const a2 = 2;\na2 + 1');
  await isWell(notebook.cellAt(0));
});

test('a name declared twice can be made private to a cell', async () => {
  const notebook = await open('private.memoir.ts', '// %% One\nconst a = 1;\n// %% Two\nconst a = 2;\n[a, a]\n');
  await fix(notebook.cellAt(1), /private/);
  assert.equal(notebook.cellAt(1).document.getText(), 'const _a = 2;\n[_a, _a]');
  await isWell(notebook.cellAt(0));
});

test('a name declared twice can become that of a function', async () => {
  const notebook = await open('wrapped.memoir.ts', '// %% One\nconst a = 1;\n// %% Two\nconst a = 2;\na + 1\n');
  await fix(notebook.cellAt(1), /function/);
  const wrapped = 'function _cell() {\n  const a = 2;\n  return a + 1\n}\n_cell()';
  assert.equal(notebook.cellAt(1).document.getText(), wrapped);
  await isWell(notebook.cellAt(0));
});

test('a cell that assigns a name of another can be merged with it', async () => {
  const notebook = await open(
    'across.memoir.ts',
    '// %% Sum\nlet sum = 1;\n// %% Between\n5\n// %% More\nsum += 2;\nsum\n',
  );
  await fix(notebook.cellAt(2), /^Merge these 2 cells/);
  assert.equal(notebook.cellCount, 2);
  assert.equal(notebook.cellAt(0).document.getText(), 'let sum = 1;\n\nsum += 2;\nsum');
  await isWell(notebook.cellAt(0));
});

test('a problem goes with what is typed', async () => {
  const notebook = await open('typed.memoir.ts', '// %% One\nconst a = b;\n// %% Two\nconst b = a;\n');
  const [problem] = await problemsOf(notebook.cellAt(1));
  assert.match(problem!.message, /need each other/);
  await replace(notebook.cellAt(1), 'const b = 1;');
  await isWell(notebook.cellAt(0));
});

test('Sort Cells puts producers above who uses them, keeps results, and can be undone', async () => {
  const source = '// %% Sum\nconst sum = a + 1;\nsum\n\n// %% A\nconst a = 1;\n';
  const notebook = await open('sorted.memoir.ts', source);
  await vscode.commands.executeCommand('memoir.runStale');
  await vscode.commands.executeCommand('memoir.sortCells');
  const texts = () => notebook.getCells().map(({ document }) => document.getText());
  assert.deepEqual(texts(), ['const a = 1;', 'const sum = a + 1;\nsum']);
  await textOf(notebook.cellAt(1), /^2$/);
  await vscode.commands.executeCommand('undo');
  await eventually(() => texts()[0]!.includes('sum'));
});

test('a notebook that is changed outside is as its file is: no mistake stays, no cell counts as edited', async () => {
  const notebook = await open('outside.memoir.ts', '// %% One\nconst a = 1;\na\n\n// %% Two\nconst a = 2;\n');
  await problemsOf(notebook.cellAt(0));
  write('outside.memoir.ts', '// %% One\nconst a = 1;\na\n\n// %% Two\nconst b = 2;\n');
  await eventually(() => notebook.getCells().some(({ document }) => document.getText() === 'const b = 2;'));
  await eventually(() =>
    vscode.languages.getDiagnostics().every(([uri, found]) => {
      return uri.path !== notebook.uri.path || found.every(({ source }) => source !== 'memoir');
    }),
  );
  await vscode.commands.executeCommand('memoir.runStale'); // runs what counts: an edited cell would not
  await textOf(notebook.cellAt(0), /^1$/);
  await eventually(() => notebook.getCells().every((cell) => cell.executionSummary?.success));
});
