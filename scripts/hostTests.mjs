// node scripts/hostTests.mjs <report.json>: runs test/e2e/host in the extension host of a real VS Code.
import { writeFileSync } from 'node:fs';
import { findChromium } from '../test/support/chromium.ts';
import { findEditor } from '../test/support/vscode/editor.ts';
import { runHostSuite } from '../test/support/vscode/hostRun.ts';
import { packagedExtension } from '../test/support/vsix.ts';

const editor = await findEditor();
console.log(`Host tests run in ${editor.description}.`);
const { events, output } =
  editor.needsChromium && !findChromium()
    ? { events: [skipped('no Chromium here; CHROMIUM can name one'), { type: 'ended' }], output: '' }
    : await runHostSuite(editor, packagedExtension());
writeFileSync(process.argv[2], JSON.stringify({ editor: editor.description, events, said: output }));

function skipped(reason) {
  return { type: 'skipped', name: 'the whole suite', reason };
}
