import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, onTestEnd, test } from '../../support/vscode/hostSuite.ts';
import { open, textOf } from '../../support/vscode/notebookSteps.ts';

test('the debugger stops at a breakpoint in a cell, shows its values, and goes on', async () => {
  const source =
    '// %% Numbers\nconst rows = [1, 2, 3];\n// %% Sum\nconst [first] = rows;\nconst sum = first + 5;\nsum\n';
  const notebook = await open('debugged.memoir.ts', source);
  const cell = notebook.cellAt(1);
  const stops: { session: vscode.DebugSession; threadId: number }[] = [];
  const tracker = vscode.debug.registerDebugAdapterTrackerFactory('*', {
    createDebugAdapterTracker: (session) => ({
      onDidSendMessage(message) {
        if (message.event === 'stopped') stops.push({ session, threadId: message.body.threadId });
      },
    }),
  });
  const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(cell.document.uri, new vscode.Position(1, 0)));
  vscode.debug.addBreakpoints([breakpoint]);
  onTestEnd(async () => {
    tracker.dispose();
    vscode.debug.removeBreakpoints([breakpoint]);
    await vscode.debug.stopDebugging();
  });
  const running = vscode.commands.executeCommand('memoir.debugCell', cell);
  const { session, threadId } = await eventually(() => stops[0], 60_000);
  const trace = await session.customRequest('stackTrace', { threadId });
  const [frame] = trace.stackFrames;
  assert.equal(frame.line, 2);
  assert.equal(frame.source.path, cell.document.uri.toString());
  const value = await session.customRequest('evaluate', { expression: 'first', frameId: frame.id, context: 'watch' });
  assert.equal(value.result, '1');
  await session.customRequest('continue', { threadId });
  await running;
  await textOf(cell, /^6$/);
}, 120_000);
