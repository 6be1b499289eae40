import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The npm package that holds the web build of VS Code; 4.139 is VS Code 1.139. */
const PACKAGE = 'code-server@4.139.1';
const CACHE = resolve(import.meta.dirname, '../../../.vscode-test');

/** A third of the download, and nothing that a test of an extension needs: the chat's own runtime and sandbox. */
const DISPENSABLE = ['@github', '@microsoft/mxc-sdk', '@devcontainers'];

/** The folder of a VS Code web build (server, workbench, extension host), installed on first use. */
export async function webBuild(): Promise<string> {
  const chosen = process.env.VSCODE_SERVER_ROOT;
  if (chosen) return chosen;
  const home = join(CACHE, PACKAGE.replace('@', '-'));
  if (!existsSync(home)) await install(home);
  return rootIn(home);
}

/** The server's entry script in a web build. */
export function serverMain(root: string): string {
  return join(root, 'out/server-main.js');
}

async function install(home: string): Promise<void> {
  const partial = `${home}.partial`; // an interrupted installation must not look like a whole one
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), '{ "private": true }');
  await npm(partial, 'install', PACKAGE);
  const root = rootIn(partial);
  await npm(root, 'install', '--omit=dev');
  await npm(join(root, 'extensions'), 'install', '--omit=dev'); // the bundled TypeScript server
  for (const name of DISPENSABLE) rmSync(join(root, 'node_modules', name), { recursive: true, force: true });
  renameSync(partial, home);
}

function rootIn(home: string): string {
  return join(home, 'node_modules/code-server/lib/vscode');
}

/** Runs npm without install scripts: what they would compile comes prebuilt or is optional. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const child = spawn('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const code = await new Promise((done) => child.on('close', done).on('error', done));
  if (code !== 0) throw new Error(`VS Code for tests could not be installed (npm ${args.join(' ')}).\n${complaint}`);
}
