import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from '../../support/vscode/hostSuite.ts';

test('the packaged extension is installed and starts', async () => {
  const extension = vscode.extensions.getExtension('memoir.memoir');
  assert.ok(extension, 'memoir.memoir is not installed');
  assert.match(extension.extensionPath, /memoir\.memoir-/, 'it runs from sources, not from the package');
  await extension.activate();
  assert.ok(extension.isActive);
});

test('every contributed command is registered', async () => {
  const extension = vscode.extensions.getExtension('memoir.memoir');
  await extension?.activate();
  const contributed: { command: string }[] = extension?.packageJSON.contributes.commands;
  const registered = new Set(await vscode.commands.getCommands(true));
  const missing = contributed.map((it) => it.command).filter((command) => !registered.has(command));
  assert.ok(contributed.length > 0);
  assert.deepEqual(missing, []);
});
