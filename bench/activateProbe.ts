// Runs inside the extension host: activates the extensions named in MEMOIR_BENCH_EXTENSIONS, one after the other, and
// writes how long each took.
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

export async function run(): Promise<void> {
  await new Promise((done) => setTimeout(done, 5000)); // the window is still busy with its own start
  const times: Record<string, number> = {};
  for (const id of process.env.MEMOIR_BENCH_EXTENSIONS!.split(',')) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension) throw new Error(`${id} is not installed`);
    if (extension.isActive) throw new Error(`${id} was active before it was needed`);
    const started = performance.now();
    await extension.activate();
    times[id] = performance.now() - started;
  }
  writeFileSync(process.env.MEMOIR_BENCH_REPORT!, JSON.stringify(times));
}
