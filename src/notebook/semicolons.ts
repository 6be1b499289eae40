import jsTokens, { type Token } from 'js-tokens';
import { type DocumentCell, isEdited } from './cellText.ts';

/**
 * Adds the `;` without which plain tools would read two cells as one expression: in front of the lower cell where that
 * is edited or new, else behind the upper one. Two cells that nobody edited stay as they are.
 */
export function withSemicolons(cells: readonly DocumentCell[]): DocumentCell[] {
  const result = [...cells];
  let above: number | null = null;
  cells.forEach((cell, index) => {
    if (cell.kind === 'markdown') return;
    const start = cell.kind === 'code' ? firstToken(cell.source) : null;
    if (start?.continues && above !== null) {
      const upper = result[above]!;
      const edited = isEdited(cell) ? index : isEdited(upper) ? above : null;
      const end = edited === null ? null : endOfExpression(upper.source);
      if (edited !== null && end !== null)
        result[edited] = insert(result[edited]!, edited === index ? start.offset : end);
    }
    if (cell.kind === 'sql')
      above = null; // its statement ends in `;`
    else if (start) above = index;
  });
  return result;
}

function insert(cell: DocumentCell, offset: number): DocumentCell {
  return { ...cell, source: `${cell.source.slice(0, offset)};${cell.source.slice(offset)}` };
}

/** The offset behind the last token, or null if that is a `;`, there is none or the text ends inside a literal. */
function endOfExpression(source: string): number | null {
  let position = 0;
  let end: number | null = null;
  for (const token of jsTokens(source)) {
    position += token.value.length;
    if ('closed' in token && !token.closed) return null;
    if (isSignificant(token)) end = token.value === ';' ? null : position;
  }
  return end;
}

/** Where the first token is, and whether it could go on with an expression above it. */
function firstToken(source: string): { offset: number; continues: boolean } | null {
  let offset = 0;
  for (const token of jsTokens(source)) {
    if (isSignificant(token)) return { offset, continues: /^(?:[([</`]|\+(?!\+)|-(?!-))/.test(token.value) };
    offset += token.value.length;
  }
  return null;
}

function isSignificant({ type }: Token): boolean {
  return !['WhiteSpace', 'LineTerminatorSequence', 'SingleLineComment', 'MultiLineComment', 'HashbangComment'].includes(
    type,
  );
}
