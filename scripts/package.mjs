// npm run package: builds minified and writes memoir-<version>-<target>.vsix for the platform this runs on.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
const target = `${musl ? 'alpine' : process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`;
const file = `memoir-${version}-${target}.vsix`;

execFileSync(process.execPath, ['esbuild.mjs', '--minify'], { stdio: ['ignore', 'ignore', 'inherit'] });
execFileSync(
  process.execPath,
  [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--target',
    target,
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links', // there is no public address to rewrite them to
    '--out',
    file,
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
console.log(`${file}, ${(statSync(file).size / 1e6).toFixed(1)} MB`);
