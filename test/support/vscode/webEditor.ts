#!/usr/bin/env node
// Takes the place of a VS Code executable where the desktop cannot be had: the same arguments, the same exit code,
// but the window is the web build in a headless Chromium. Needs Node's own type stripping (24 or later).
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { chromiumArguments, findChromium } from '../chromium.ts';
import { makeHome, runServerCommand, Server, type ServerHome, writeSettings } from './server.ts';
import { webBuild } from './webBuild.ts';

const { values, positionals } = parseArgs({
  strict: false, // desktop switches that mean nothing here pass by
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    force: { type: 'boolean' },
    'list-extensions': { type: 'boolean' },
    'disable-workspace-trust': { type: 'boolean' },
    'disable-extensions': { type: 'boolean' },
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
    'install-extension': { type: 'string', multiple: true },
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'memoir-web-'));
const home = makeHome(folder, {
  ...(typeof values['user-data-dir'] === 'string' && { userData: resolve(values['user-data-dir']) }),
  ...(typeof values['extensions-dir'] === 'string' && { extensions: resolve(values['extensions-dir']) }),
});
try {
  process.exitCode = await main(await webBuild(), home);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function main(root: string, home: ServerHome): Promise<number> {
  const installs = strings(values['install-extension']).flatMap((it) => ['--install-extension', it]);
  if (values.version) {
    console.log(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
    return 0;
  }
  if (values['list-extensions']) return command(root, ['--list-extensions']);
  if (installs.length) return command(root, [...installs, ...(values.force ? ['--force'] : [])]);
  return openWindow(root, home);
}

async function command(root: string, args: readonly string[]): Promise<number> {
  const { code, output } = await runServerCommand(root, home, args);
  process.stdout.write(output);
  return code;
}

/** Opens the window and waits until the test suite in its extension host has ended. */
async function openWindow(root: string, home: ServerHome): Promise<number> {
  writeSettings(home, {});
  const server = await Server.start(root, home, {
    testDriver: true,
    trusted: Boolean(values['disable-workspace-trust']),
  });
  let browser: Browser | undefined;
  let closing = false;
  try {
    browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumArguments });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const ended = new Promise<number>((done) => {
      const lose = (what: string) => {
        if (!closing) console.error(`${what} before the tests did.`);
        done(1);
      };
      page.on('crash', () => lose('The page ended'));
      server.onExit(() => lose('The server ended'));
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done(130));
      void page.exposeFunction('codeAutomationExit', (code: number) => done(code));
    });
    await page.exposeFunction('codeAutomationLog', () => {}); // suites report through a file of their own
    await page.goto(server.windowUrl(positionals.find(isFolder), payload(server)));
    return await ended;
  } finally {
    closing = true;
    await browser?.close();
    await server.stop();
  }
}

function payload(server: Server): [string, string][] {
  const uri = (path: string) => `vscode-remote://${server.authority}${encodeURI(resolve(path))}`;
  const { extensionDevelopmentPath, extensionTestsPath } = values;
  return [
    ...strings(extensionDevelopmentPath).map((path): [string, string] => ['extensionDevelopmentPath', uri(path)]),
    ...strings(extensionTestsPath).map((path): [string, string] => ['extensionTestsPath', uri(path)]),
    ...(values['disable-extensions'] ? [['disableExtensions', 'true'] as [string, string]] : []),
  ];
}

function strings(value: unknown): string[] {
  return [value].flat().filter((it) => typeof it === 'string');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
