import MagicString from 'magic-string';
import { type Node, parseSync } from 'oxc-parser';
import { childrenOf } from '../notebook/scope.ts';
import { WAIT } from '../protocol/profiler.ts';
import { languageOf } from './target.ts';

/** Has every `await x` tell its place: `await $memoirWait(x, "file:9")`. What `for await` waits for stays unknown. */
export function markWaits(source: string, file: string): string {
  const { program } = parseSync(file, source, { lang: languageOf(file), astType: 'ts', range: true });
  const marked = new MagicString(source, { filename: file });
  const pending: Node[] = [program];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.type === 'AwaitExpression') {
      const line = source.slice(0, node.start).split('\n').length;
      const place = JSON.stringify(`${file}:${line}`);
      marked.appendLeft(node.argument.start, `${WAIT}(`).appendRight(node.argument.end, `, ${place})`);
    }
    pending.push(...childrenOf(node));
  }
  if (!marked.hasChanged()) return source;
  const map = marked.generateMap({ source: file, hires: 'boundary' });
  return `${marked}\n//# sourceMappingURL=${map.toUrl()}`;
}
