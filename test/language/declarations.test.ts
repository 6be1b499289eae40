import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const types = join(process.env.MEMOIR_TEST_DIST ?? resolve(import.meta.dirname, '../../dist'), 'types');

test.each(['memoir', 'test'])('everything that %s.d.ts exports says what it is, with an example', (name) => {
  const path = join(types, `${name}.d.ts`);
  const program = ts.createProgram([path], { noLib: true, types: [] });
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)!)!);
  const lacking = exported.flatMap((symbol) => {
    const declared = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const told = declared.getDocumentationComment(checker).length > 0;
    const shown = declared.getJsDocTags(checker).some((tag) => tag.name === 'example');
    return told && shown ? [] : [symbol.name];
  });
  expect(exported.length).toBeGreaterThan(5);
  expect(lacking).toEqual([]);
});

test.each([
  ['Bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  ['NodeNext', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
])('declarations need no package, and take none that lies further up: %s', (_, module, moduleResolution) => {
  const head = ['notebook.d.ts', 'node/index.d.ts'].map((name) => `/// <reference path="${join(types, name)}" />`);
  const notebook = `${head.join('\n')}
import { diskStorage } from 'memoir';
const text: number = await (await fetch('https://example.org')).text();
const event: number = new MessageEvent('message').origin;
const store: number = diskStorage({ directory: '.' }).get;
export {};`;
  const path = join(types, 'test.memoir.ts');
  const options = { strict: true, target: ts.ScriptTarget.ESNext, lib: ['lib.esnext.d.ts'], types: [] };
  const host = ts.createCompilerHost({ ...options, module, moduleResolution });
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...more) =>
    name === path ? ts.createSourceFile(name, notebook, ts.ScriptTarget.ESNext, true) : getSourceFile(name, ...more);
  const program = ts.createProgram([path], { ...options, module, moduleResolution }, host);
  const libraries = dirname(ts.getDefaultLibFilePath(options));
  const from = (folder: string, name: string) => !relative(folder, name).startsWith('..');
  const files = program.getSourceFiles().map(({ fileName }) => fileName);
  expect(files.filter((name) => !from(types, name) && !from(libraries, name))).toEqual([]);
  const told = program.getSemanticDiagnostics(program.getSourceFile(path));
  expect(told.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([
    "Type 'string' is not assignable to type 'number'.",
    "Type 'string' is not assignable to type 'number'.",
    expect.stringMatching(/^Type '<Value>\(key: string\) => Promise<.*>' is not assignable to type 'number'\.$/),
  ]);
});
