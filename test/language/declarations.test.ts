import { join, resolve } from 'node:path';
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
