import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { messageOf } from '../../../src/base/errors.ts';
import { webBuild } from './webBuild.ts';

/** A VS Code that takes a desktop's arguments. */
export interface Editor {
  readonly executable: string;
  /** Which one it is and why, for the reader of a test run. */
  readonly description: string;
  /** The command that understands `--install-extension`, with its first arguments. */
  readonly cli: readonly string[];
  readonly needsChromium: boolean;
}

/** The desktop where it can be downloaded and shown, else the web build. `MEMOIR_TEST_VSCODE` decides: desktop or web. */
export async function findEditor(): Promise<Editor> {
  const wish = process.env.MEMOIR_TEST_VSCODE;
  if (wish === 'web') return webEditor('as MEMOIR_TEST_VSCODE asks');
  if (wish !== 'desktop' && !hasScreen()) return webEditor('as there is no screen');
  try {
    return await desktopEditor();
  } catch (error) {
    if (wish === 'desktop') throw error;
    return webEditor(`as the desktop cannot be downloaded: ${messageOf(error)}`);
  }
}

/** Installs a packaged extension into `extensionsDir`. */
export async function installExtension(editor: Editor, vsix: string, dirs: readonly string[]): Promise<void> {
  const [command, ...first] = editor.cli;
  const child = spawn(command!, [...first, ...dirs, '--install-extension', vsix, '--force'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const code = await new Promise((done) => child.on('close', done).on('error', done));
  if (code !== 0) throw new Error(`${vsix} could not be installed.\n${said}`);
}

function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

async function desktopEditor(): Promise<Editor> {
  const executable = await downloadAndUnzipVSCode({ timeout: 15_000 });
  const [command, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable, { reuseMachineInstall: true });
  return { executable, description: 'VS Code for the desktop', cli: [command!, ...args], needsChromium: false };
}

async function webEditor(reason: string): Promise<Editor> {
  await webBuild();
  const executable = resolve(import.meta.dirname, 'webEditor.ts');
  return { executable, description: `the web build of VS Code, ${reason}`, cli: [executable], needsChromium: true };
}
