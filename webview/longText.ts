import { h } from './dom.ts';

const PIECE_LINES = 200;
/** Shorter texts are laid out whole. */
const LONG = 100_000;

/** A text in pieces of which the page lays out only those in view. */
export function longText(text: string): (Node | string)[] {
  if (text.length < LONG) return [text];
  const lines = text.split('\n');
  const pieces: Node[] = [];
  for (let at = 0; at < lines.length; at += PIECE_LINES) {
    const part = lines.slice(at, at + PIECE_LINES);
    const piece = h('span', { class: 'piece' }, `${part.join('\n')}\n`);
    piece.style.containIntrinsicHeight = `auto ${part.length * 1.5}em`;
    pieces.push(piece);
  }
  return pieces;
}
