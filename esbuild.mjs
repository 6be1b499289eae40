// Builds everything that ships into dist/: the extension, the library, the command line, the kernel, the renderer,
// and the native parts beside them. Prints what each weighs. `--minify` for packages.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildDeclarations, buildTypeScript } from './scripts/types.mjs';

const require = createRequire(import.meta.url);
const minify = process.argv.includes('--minify');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** Native files of this platform: where they come from, and the name they have in dist/native/. */
const natives = {
  'oxc-parser.node': oxcBinding(),
  'duckdb.node': require.resolve(`@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`),
  [duckdbLibrary()]: join(
    dirname(require.resolve(`@duckdb/node-bindings-${process.platform}-${process.arch}/duckdb.node`)),
    duckdbLibrary(),
  ),
  [process.platform === 'win32' ? 'esbuild.exe' : 'esbuild']: require.resolve(
    `@esbuild/${process.platform}-${process.arch}/${process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild'}`,
  ),
};

/** Points packages with native parts at dist/native/, and leaves out drivers that are never used. */
const nativeParts = {
  name: 'native-parts',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /oxc-parser[\\/]src-js[\\/]bindings\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const exported = source.slice(source.indexOf('const { Severity'));
      if (!exported.startsWith('const {')) throw new Error('oxc-parser has changed how it exports its binding.');
      const contents = `const __napiLoadedBindingTarget = 'native';\nconst nativeBinding = require('./native/oxc-parser.node');\n${exported}`;
      return { contents, loader: 'js' };
    });
    onLoad({ filter: /@duckdb[\\/]node-bindings[\\/]duckdb\.js$/ }, () => ({
      contents: `module.exports = require('./native/duckdb.node');`,
      loader: 'js',
    }));
    onLoad({ filter: /node_modules[\\/]esbuild[\\/]lib[\\/]main\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(
        'process.env.ESBUILD_BINARY_PATH || ESBUILD_BINARY_PATH',
        `require("path").join(__dirname, "native", process.platform === "win32" ? "esbuild.exe" : "esbuild")`,
      );
      if (contents === source) throw new Error('esbuild has changed how it finds its binary.');
      return { contents, loader: 'js' };
    });
    onResolve({ filter: /^\.\/native\// }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^typescript$/ }, () => ({ path: './typescript/typescript.cjs', external: true })); // lies beside
    onResolve({ filter: /^(better-sqlite3|bun:sqlite|pnpapi|detect-libc)$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** What the extension loads when it is needed, each a file of its own: VS Code waits only for the first. */
const extensionParts = {
  './vscode/commands.ts': 'host',
  'vscode-languageclient/node': 'languageClient',
  '@keyv/redis': 'redis',
};
const apart = {
  name: 'apart',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind, namespace }) => {
      if (namespace === 'apart') return { path, external: true };
      const part = kind !== 'entry-point' && extensionParts[path];
      return part ? { path: part, namespace: 'apart' } : undefined;
    });
    // By `require`, in which VS Code answers to its name.
    onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => ({
      contents: `module.exports = require('./${path}.cjs');`,
    }));
  },
};

const shared = {
  bundle: true,
  minify,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  logOverride: { 'require-resolve-not-external': 'silent' }, // esbuild's own look for its binary, which is answered above
  define: { MEMOIR_VERSION: JSON.stringify(version) },
  plugins: [nativeParts],
  alias: { 'jsonc-parser': require.resolve('jsonc-parser/lib/esm/main.js') }, // its other build loads its parts by names that no bundler sees
};

/** CommonJS's names, which packages bundled as ES modules still use. */
const commonJsNames = [
  `import { createRequire as $createRequire } from 'node:module';`,
  `import { dirname as $dirname } from 'node:path';`,
  `import { fileURLToPath as $fileURLToPath } from 'node:url';`,
  `const require = $createRequire(import.meta.url);`,
  `const __filename = $fileURLToPath(import.meta.url);`,
  `const __dirname = $dirname(__filename);`, // a bundle may have a URL of its own, so none of the globals
].join('');

const builds = [
  {
    ...shared,
    entryPoints: {
      extension: 'src/extension.ts',
      host: 'src/vscode/commands.ts',
      languageClient: 'vscode-languageclient/node',
      redis: '@keyv/redis',
    },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    plugins: [nativeParts, apart],
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    banner: { js: `const $importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    define: { ...shared.define, 'import.meta.url': '$importMetaUrl' },
  },
  {
    ...shared,
    entryPoints: {
      library: 'src/index.ts',
      cli: 'src/cli.ts',
      kernel: 'src/kernel/main.ts',
      profile: 'src/profile/main.ts',
      capture: 'src/profile/captureMain.ts',
      excel: 'src/data/excelThread.ts',
      chart: 'src/kernel/chartCompile.ts',
      language: 'src/language/main.ts',
      test: 'src/test.ts',
      chartSvg: 'webview/chartSvg.ts',
    },
    outdir: 'dist',
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node22',
    splitting: true,
    banner: { js: commonJsNames },
  },
  {
    ...shared,
    entryPoints: {
      renderer: 'webview/renderer.ts',
      profilePage: 'webview/profilePage.ts',
      appPage: 'webview/appPage.ts',
      graphPage: 'webview/graphPage.ts',
    },
    outdir: 'dist/webview',
    chunkNames: '[name]-[hash]', // pages that are one file leave out what they do not need, by name
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    splitting: true,
    loader: { '.css': 'text' },
    plugins: [],
  },
];

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/native', { recursive: true });
for (const [name, from] of Object.entries(natives)) copyFileSync(from, join('dist/native', name));
if (process.platform !== 'win32') chmodSync('dist/native/esbuild', 0o755);
const [results] = await Promise.all([
  Promise.all(builds.map((options) => build(options))),
  buildDeclarations('dist/types'),
  buildTypeScript('dist/typescript', minify),
]);
results.push(await buildFace());
report(results);

/** What programs import: a stand-in for each export of the library, which is loaded with the first that is used. */
async function buildFace() {
  const exported = Object.entries(await import(pathToFileURL('dist/library.js').href));
  const lines = exported.map(([name, value]) => `export const ${name} = lazy('${name}', '${typeof value}');`);
  const contents = `import { lazy } from './src/face.ts';\n${lines.join('\n')}`;
  const stdin = { contents, resolveDir: '.' };
  return build({ ...shared, stdin, outfile: 'dist/index.js', platform: 'node', format: 'esm', target: 'node22' });
}

function report(built) {
  const outputs = built.flatMap(({ metafile }) =>
    Object.entries(metafile.outputs).map(([path, { bytes }]) => [path, bytes]),
  );
  const isChunk = (path) => /-[A-Z0-9]{8}\.js$/.test(path); // what several bundles share, or load on demand
  const chunks = outputs.filter(([path]) => isChunk(path));
  const rows = outputs.filter(([path]) => !isChunk(path));
  rows.push([`dist/**/*-<hash>.js (${chunks.length})`, chunks.reduce((sum, [, bytes]) => sum + bytes, 0)]);
  for (const name of Object.keys(natives)) rows.push([`dist/native/${name}`, statSync(join('dist/native', name)).size]);
  for (const [path, bytes] of rows) console.log(`${(bytes / 1000).toFixed(0).padStart(8)} kB  ${path}`);
}

function oxcBinding() {
  const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  const abi = { linux: musl ? '-musl' : '-gnu', win32: '-msvc' }[process.platform] ?? '';
  return require.resolve(`@oxc-parser/binding-${process.platform}-${process.arch}${abi}`);
}

function duckdbLibrary() {
  return { darwin: 'libduckdb.dylib', win32: 'duckdb.dll' }[process.platform] ?? 'libduckdb.so';
}
