import { createHash } from 'node:crypto';
import { transform } from 'esbuild';
import type { ScopedSource, Span } from './scope.ts';

/** A cell's text with blanks for all that means nothing: comments, semicolons too many. Offsets stay as they are. */
export function cleanText({ text, comments, parents }: ScopedSource): string {
  const empty = [...parents].filter(([node, { type }]) => node.type === 'EmptyStatement' && LISTS.has(type));
  return blank(text, [...comments, ...empty.map(([node]) => node)]);
}

/** Code as esbuild writes it, without layout and types. */
export async function normalForm(source: string): Promise<string> {
  const options = { loader: 'ts', target: 'esnext', minifyWhitespace: true, legalComments: 'none' } as const;
  return (await transform(source, { ...TRANSFORM, ...options })).code;
}

/** One digest for parts that JSON tells apart. */
export function digestParts(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const TSCONFIG = {
  compilerOptions: { experimentalDecorators: false, useDefineForClassFields: true, verbatimModuleSyntax: true },
};
/** How esbuild is to read and write code. */
export const TRANSFORM = { charset: 'utf8', treeShaking: false, tsconfigRaw: TSCONFIG, logLevel: 'silent' } as const;

const LISTS = new Set(['Program', 'BlockStatement', 'StaticBlock', 'SwitchCase', 'TSModuleBlock']);

/** `text` with blanks for comments, which esbuild lays code out around, and whatever else means nothing. */
function blank(text: string, spans: readonly Span[]): string {
  let blanked = '';
  let end = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    blanked += text.slice(end, span.start) + text.slice(span.start, span.end).replace(/[^\r\n\u2028\u2029]/g, ' ');
    end = span.end;
  }
  return blanked + text.slice(end);
}
