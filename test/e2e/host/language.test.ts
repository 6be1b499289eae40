import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually, onTestEnd, skip, test } from '../../support/vscode/hostSuite.ts';
import { open, replace, write } from '../../support/vscode/notebookSteps.ts';

const SOURCE = `// %% Use
const twice = total * 2;
total.toFixed(1)

// %% Load
import { slider } from 'memoir';
import { delayClass } from './delays.ts';
const rows = [{ origin: 'BOS', delay: 3 }];
const total = rows.reduce((sum, row) => sum + row.delay, 0);
const least = slider('Least', { min: 0, max: 10 });

// %% [sql] By origin
const byOrigin = await sql\`SELECT * FROM \${rows} WHERE delay > \${least}\`;

// %% Show
const first = (await byOrigin.rows())[0];
delayClass(total)

// %% Wrong
const wrong: string = total;
`;

/** Opens the notebook, and waits until its types are there. */
async function openTyped(name: string, source = SOURCE, word = 'twice'): Promise<vscode.NotebookDocument> {
  write('delays.ts', 'export const delayClass = (minutes: number) => (minutes > 15 ? "late" : "fine");\n');
  const notebook = await open(name, source);
  await eventually(async () => (await hover(notebook, 0, word)).includes(word), 60_000);
  return notebook;
}

function at(notebook: vscode.NotebookDocument, cell: number, word: string): [vscode.Uri, vscode.Position] {
  const { document } = notebook.cellAt(cell);
  const offset = document.getText().indexOf(word);
  assert.ok(offset >= 0, `There is no ${word} in cell ${cell}.`);
  return [document.uri, document.positionAt(offset)];
}

function ask<T>(command: string, ...args: unknown[]): Thenable<T> {
  return vscode.commands.executeCommand<T>(command, ...args);
}

async function hover(notebook: vscode.NotebookDocument, cell: number, word: string): Promise<string> {
  const found = await ask<vscode.Hover[]>('vscode.executeHoverProvider', ...at(notebook, cell, word));
  return found
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .join('\n');
}

async function labels(notebook: vscode.NotebookDocument, cell: number, word: string, behind: number, trigger?: string) {
  const [uri, start] = at(notebook, cell, word);
  const place = start.translate(0, behind);
  const list = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, place, trigger);
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

/** The cells in which locations stand, by number. */
function cellsOf(notebook: vscode.NotebookDocument, locations: readonly (vscode.Location | vscode.LocationLink)[]) {
  const uris = notebook.getCells().map(({ document }) => document.uri.toString());
  return locations.map((one) => uris.indexOf(('targetUri' in one ? one.targetUri : one.uri).toString()));
}

test('completion knows the members of a value of another cell, also of one further down', async () => {
  const notebook = await openTyped('members.memoir.ts');
  const found = await labels(notebook, 0, 'total.', 6, '.');
  assert.ok(found.includes('toFixed'));
  assert.ok(!found.includes('twice'), 'words of the text are no members');
});

test('hovering, in an SQL cell too, tells the type, and memoir documents itself', async () => {
  const notebook = await openTyped('hover.memoir.ts');
  assert.match(await hover(notebook, 2, 'least'), /const least: number/);
  assert.match(await hover(notebook, 1, 'slider('), /@example/);
  assert.match(await hover(notebook, 3, 'byOrigin'), /Table/);
});

test('going to a definition leads into another cell and into a module', async () => {
  const notebook = await openTyped('definition.memoir.ts');
  type Found = (vscode.Location | vscode.LocationLink)[];
  assert.deepEqual(
    cellsOf(notebook, await ask<Found>('vscode.executeDefinitionProvider', ...at(notebook, 0, 'total'))),
    [1],
  );
  const [module] = await ask<Found>('vscode.executeDefinitionProvider', ...at(notebook, 3, 'delayClass'));
  assert.match(String(module && ('targetUri' in module ? module.targetUri : module.uri)), /delays\.ts$/);
});

test('a name is renamed in every cell', async () => {
  const notebook = await openTyped('rename.memoir.ts');
  const place = at(notebook, 0, 'total');
  const edit = await ask<vscode.WorkspaceEdit>('vscode.executeDocumentRenameProvider', ...place, 'sum');
  assert.ok(await vscode.workspace.applyEdit(edit));
  assert.match(notebook.cellAt(0).document.getText(), /sum \* 2;\nsum\.toFixed/);
  assert.match(notebook.cellAt(1).document.getText(), /const sum =/);
  assert.match(notebook.cellAt(4).document.getText(), /= sum;/);
});

test('mistakes are marked in their cell, once, and heal', async () => {
  const notebook = await openTyped('mistakes.memoir.ts');
  const { document } = notebook.cellAt(4);
  const marked = () => vscode.languages.getDiagnostics(document.uri);
  const [mistake] = await eventually(() => (marked().length ? marked() : null));
  assert.match(mistake!.message, /not assignable to type 'string'/);
  assert.equal(document.getText(mistake!.range), 'wrong');
  await replace(notebook.cellAt(4), 'const wrong: number = total;');
  await eventually(() => marked().length === 0);
  for (const index of [0, 1, 2, 3])
    assert.deepEqual(
      vscode.languages.getDiagnostics(notebook.cellAt(index).document.uri).filter(({ severity }) => severity < 2),
      [],
    );
});

test('a suggested import goes where the imports are', async () => {
  const notebook = await openTyped('imports.memoir.ts');
  await replace(notebook.cellAt(4), 'readFileSy');
  const item = await eventually(async () => {
    const list = await ask<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      notebook.cellAt(4).document.uri,
      new vscode.Position(0, 10),
      undefined,
      500,
    );
    return list.items.find(({ label }) => (typeof label === 'string' ? label : label.label) === 'readFileSync');
  });
  assert.ok(item.command, 'the import belongs into another cell');
  await vscode.commands.executeCommand(item.command.command, ...(item.command.arguments ?? []));
  await eventually(() => /import \{ readFileSync \} from/.test(notebook.cellAt(1).document.getText()));
});

test('names are coloured by what they are, outlined, folded and formatted, cell by cell', async () => {
  const source = 'const a   =  1;\nfunction f() {\n  return a;\n}\n\n// %% Two\nf( )\n';
  const notebook = await openTyped('looks.memoir.ts', source, 'a');
  const { uri } = notebook.cellAt(0).document;
  const tokens = await ask<vscode.SemanticTokens>('vscode.provideDocumentSemanticTokens', uri);
  assert.ok(tokens.data.length >= 3 * 5);
  const symbols = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', uri);
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['a', 'f'],
  );
  const folds = await ask<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', uri);
  assert.deepEqual(
    folds.map(({ start }) => start),
    [1],
  );
  const edits = await ask<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', notebook.cellAt(1).document.uri, {
    tabSize: 2,
    insertSpaces: true,
  });
  assert.deepEqual(
    edits.map(({ newText }) => newText),
    [''],
  );
});

test('a module that is open and unsaved counts', async () => {
  const notebook = await openTyped('unsaved.memoir.ts');
  const module = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(notebook.uri, '../delays.ts'));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    module.uri,
    new vscode.Range(0, 0, module.lineCount, 0),
    'export const delayClass = (minutes: Date) => 5;\n',
  );
  await vscode.workspace.applyEdit(edit);
  onTestEnd(async () => {
    await vscode.window.showTextDocument(module);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
  const { uri } = notebook.cellAt(3).document;
  await eventually(() => vscode.languages.getDiagnostics(uri).some(({ message }) => /'Date'/.test(message)));
});

test('a JavaScript notebook has the types that its comments tell', async () => {
  const source = '// %% One\n// @ts-check\n/** @type {number[]} */\nconst list = [];\n\n// %% Two\nlist.push("no")\n';
  const notebook = await openTyped('plain.memoir.js', `const twice = 2;\n${source}`);
  assert.equal(notebook.notebookType, 'memoir');
  assert.match(await hover(notebook, 2, 'list'), /number\[\]/);
});

test('SQL cells complete tables, columns and words, and mark what the database objects to', async () => {
  const source = [
    '// %% Rows\nconst flights = [{ origin: "BOS", delay: 3 }];\n',
    '// %% [sql] By origin\nconst byOrigin = await sql`\n  SELECT delai\n  FROM ${flights} AS f\n`;\n',
  ];
  const notebook = await open('sqlwords.memoir.ts', source.join('\n'));
  await vscode.commands.executeCommand('notebook.execute');
  const { uri } = notebook.cellAt(1).document;
  const [mark] = await eventually(() => {
    const found = vscode.languages.getDiagnostics(uri).filter(({ message }) => /delai/.test(message));
    return found.length ? found : null;
  });
  assert.equal(notebook.cellAt(1).document.getText(mark!.range), 'delai');
  const suggested = async (line: number, character: number) => {
    const place = new vscode.Position(line, character);
    const list = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, place);
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  };
  const names = await suggested(0, 12);
  for (const name of ['delay', 'origin', 'SELECT', 'count', 'flights']) assert.ok(names.includes(name), name);
  await replace(notebook.cellAt(1), 'SELECT f.\nFROM ${flights} AS f');
  assert.deepEqual((await suggested(0, 9)).slice(0, 2).sort(), ['delay', 'origin']);
});

test('the shape of the last value stands behind it', async () => {
  const notebook = await open('shape.memoir.ts', '// %% Rows\nconst rows = [{ a: 1, b: 2 }, { a: 3, b: 4 }];\nrows\n');
  await vscode.commands.executeCommand('notebook.execute');
  const { document } = notebook.cellAt(0);
  const range = new vscode.Range(0, 0, document.lineCount, 0);
  await eventually(async () => {
    const hints = await ask<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, range);
    return hints.some(({ label }) => /2 rows × 2 columns/.test(String(label)));
  });
});

test('a notebook as plain text is clean after one click', async () => {
  const file = write(
    'plain/clean.memoir.ts',
    "// %% One\nimport { md } from 'memoir';\nconst one = await 1;\nmd`${one}`\n",
  );
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await vscode.window.showTextDocument(document);
  onTestEnd(async () => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));
  const errors = () => vscode.languages.getDiagnostics(document.uri).filter(({ severity }) => severity === 0);
  const [unknown] = await eventually(() => (errors().length ? errors() : null));
  const actions = await ask<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, unknown!.range);
  const fix = actions.find(({ title }) => /types of Memoir/.test(title));
  await vscode.commands.executeCommand(fix!.command!.command, ...fix!.command!.arguments!);
  await eventually(() => errors().length === 0);
});

test('a language server that dies is started again, and knows what is open', async () => {
  if (!existsSync('/proc')) skip('only Linux tells which process it is');
  const notebook = await openTyped('dies.memoir.ts');
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurServer(pid));
  assert.equal(pids.length, 1);
  process.kill(Number(pids[0]), 'SIGKILL');
  await eventually(async () => {
    const alive = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurServer(pid));
    return alive.length === 1 && alive[0] !== pids[0];
  });
  await eventually(async () => (await hover(notebook, 0, 'twice')).includes('const twice'), 60_000);
});

/** Whether a process is the language server that this extension host has started. */
function isOurServer(pid: string): boolean {
  try {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return parent === process.pid && /language\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false; // it has just ended
  }
}

test("brackets and quotes in cells count as in VS Code's own TypeScript", () => {
  type Grammar = { language?: string; tokenTypes?: object; unbalancedBracketScopes?: string[] };
  const grammarOf = (extension: string, id: string) => {
    const { grammars } = vscode.extensions.getExtension(extension)!.packageJSON.contributes as { grammars: Grammar[] };
    const { tokenTypes, unbalancedBracketScopes } = grammars.find(({ language }) => language === id)!;
    return { tokenTypes, unbalancedBracketScopes };
  };
  assert.deepEqual(grammarOf('memoir.memoir', 'memoir-typescript'), grammarOf('vscode.typescript', 'typescript'));
});
