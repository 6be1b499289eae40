// Started by bench/profiler.ts: `node visualiser.ts <extension> <profile>` has VS Code's own visualiser, as it is
// published, make its model from the bytes of a profile, in turns with Memoir; prints the CPU milliseconds of both as JSON.
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { readProfileFile } from '../../src/profile/profileFile.ts';

interface Editor {
  openCustomDocument(uri: unknown): Promise<unknown>;
}

const ROUNDS = 9;
const [extension = '', profile = ''] = process.argv.slice(2);
const bytes = readFileSync(profile);
const editor = editorOf(extension);
const times: Record<'memoir' | 'visualiser', number[]> = { memoir: [], visualiser: [] };
for (let round = 0; round < ROUNDS; round++) {
  times.visualiser.push(await cpuMs(() => editor.openCustomDocument(null)));
  times.memoir.push(await cpuMs(() => readProfileFile(bytes)));
}
console.log(JSON.stringify(times));

async function cpuMs(open: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await open();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** The editor that the extension offers for CPU profiles, with as much of VS Code as it needs to read one. */
function editorOf(path: string): Editor {
  const editors = new Map<string, Editor>();
  const anything: unknown = new Proxy(class {}, {
    get: (it, name) => (name === 'prototype' ? it.prototype : anything),
    apply: () => anything,
  });
  const withAnything = (known: object) => new Proxy(known, { get: (it, name) => Reflect.get(it, name) ?? anything });
  const window = withAnything({ registerCustomEditorProvider: (type: string, one: Editor) => editors.set(type, one) });
  const workspace = withAnything({ fs: { readFile: async () => bytes } });
  Object.assign(globalThis, { vscode: withAnything({ window, workspace }) });
  registerHooks({
    resolve: (name, context, next) =>
      name === 'vscode' ? { url: 'vscode:', shortCircuit: true } : next(name, context),
    load: (url, context, next) =>
      url === 'vscode:'
        ? { format: 'commonjs', source: 'module.exports = globalThis.vscode;', shortCircuit: true }
        : next(url, context),
  });
  createRequire(import.meta.url)(path).activate(withAnything({ subscriptions: [] }));
  return editors.get('jsProfileVisualizer.cpuprofile.table')!; // its id in the extension's package.json
}
