import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = resolve(import.meta.dirname, '../..');

/** A small house with one wrong import per rule: importer, imported, and the rule that must object (or none). */
const IMPORTS: readonly [from: string, to: string, rule: string | null][] = [
  ['src/base/a.ts', '../protocol/b.ts', 'base-points-down'],
  ['src/process/a.ts', '../cache/b.ts', 'protocol-process-points-down'],
  ['src/data/a.ts', '../notebook/b.ts', 'cache-data-monitor-parallel-points-down'],
  ['src/cache/a.ts', '../monitor/b.ts', 'cache-keeps-to-itself'],
  ['src/parallel/a.ts', '../cache/b.ts', 'parallel-keeps-to-itself'],
  ['src/notebook/a.ts', '../kernel/b.ts', 'notebook-points-down'],
  ['src/kernel/a.ts', '../vscode/b.ts', 'kernel-profile-optimize-language-points-down'],
  ['src/vscode/a.ts', '../index.ts', 'roots-are-not-imported'],
  ['webview/a.ts', '../src/cache/b.ts', 'webview-sees-messages-only'],
  ['src/server/a.ts', '../../webview/b.ts', 'host-does-not-reach-into-webview'],
  ['src/profile/a.ts', 'vscode', 'vscode-in-one-folder'],
  ['src/cache/c.ts', '../../test/b.ts', 'src-does-not-import-tests'],
  ['src/cache/d.ts', './nowhere.ts', 'imports-resolve'],
  ['src/kernel/main.ts', './display.ts', 'child-does-not-reach-host'],
  ['src/kernel/display.ts', './client.ts', null],
  ['src/data/left.ts', './right.ts', 'no-cycles'],
  ['src/data/right.ts', './left.ts', null], // one circle is told once
  ['src/notebook/fine.ts', '../cache/fine.ts', null],
  ['src/cache/fine.ts', '../base/event.ts', null],
  ['webview/fine.ts', '../src/base/format.ts', null],
  ['src/vscode/fine.ts', 'vscode', null],
];
const LONELY = 'src/monitor/lonely.ts';

let root: string;
let broken: ReadonlyMap<string, readonly string[]>;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'memoir-floors-'));
  for (const name of ['tsconfig.json', 'package.json']) cpSync(join(project, name), join(root, name));
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'), 'junction');
  build();
  broken = brokenRules();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the floors of the house', () => {
  test.each(IMPORTS)('%s importing the type of %s breaks %s', (from, _to, rule) => {
    if (rule) expect(broken.get(from)).toContain(rule);
    else expect(broken.get(from)).toBeUndefined();
  });

  test('a file that nothing uses is found', () => {
    expect(broken.get(LONELY)).toEqual(['no-orphans']);
  });
});

function build(): void {
  for (const [from, to] of IMPORTS) {
    const target = join(dirname(from), to);
    if (to.endsWith('.ts') && !to.includes('nowhere') && !IMPORTS.some((other) => other[0] === target)) {
      write(target, 'export type It = 1;\n');
    }
    write(from, `import type * as other from '${to}';\nexport type It = keyof typeof other;\n`);
  }
  write(LONELY, 'export type It = 1;\n');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** For each file of the tree under `root` the names of the rules it breaks. */
function brokenRules(): Map<string, string[]> {
  const cruiser = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(project, '.dependency-cruiser.cjs');
  const run = spawnSync(process.execPath, [cruiser, 'src', 'webview', '--config', config, '--output-type', 'json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const report = JSON.parse(run.stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const rules = new Map<string, string[]>();
  for (const { from, rule } of report.summary.violations) {
    rules.set(from, [...new Set([...(rules.get(from) ?? []), rule.name])]);
  }
  return rules;
}
