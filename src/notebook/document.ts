import { type DocumentCell, formatCell, isEdited, isMarked, type LineEnd, type Raw, readCell } from './cellText.ts';
import { countingMarkers, markerCandidates } from './scan.ts';
import { withSemicolons } from './semicolons.ts';

export type { DocumentCell, LineEnd } from './cellText.ts';

/** A notebook file taken apart. Plain data: it survives JSON. */
export interface NotebookDocument {
  /** Whether the file begins with a byte order mark. */
  readonly bom: boolean;
  /** The line end most lines have; edited cells are written with it. */
  readonly eol: LineEnd;
  /** Blank text before the first marker. */
  readonly head: string;
  readonly cells: readonly DocumentCell[];
}

/** A notebook without a cell. */
export const EMPTY_DOCUMENT: NotebookDocument = { bom: false, eol: '\n', head: '', cells: [] };

/** Takes any file apart into cells; nothing in it is an error, and `writeDocument` gives the same bytes back. */
export function readDocument(bytes: Uint8Array): NotebookDocument {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = bom ? bytes.subarray(3) : bytes;
  const valid = decode(content);
  const text = valid ?? LENIENT.decode(content);
  const candidates = markerCandidates(text);
  const counting = countingMarkers(text, candidates);
  const starts = counting.map((index) => candidates[index]!);
  const blankHead = text.slice(0, starts[0]).trim() === '';
  const head = blankHead ? text.slice(0, starts[0]) : '';
  const raws = valid === null ? rawBytes(content, counting) : slices(starts, (start, end) => valid.slice(start, end));
  if (blankHead) raws.shift();
  return { bom, eol: commonLineEnd(text), head, cells: raws.map(readCell) };
}

/** The file of a notebook: the original bytes of every cell that was not edited, fresh text for the others. */
export function writeDocument(document: NotebookDocument): Uint8Array {
  const chunks: Chunk[] = [document.bom ? BOM : '', ...writeCells(document)];
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

/** For each cell the number (from 0) of the line in the file on which its text below the marker begins. */
export function cellLines(document: NotebookDocument): number[] {
  let line = 0;
  const starts = writeCells(document).map((chunk) => {
    const text = typeof chunk === 'string' ? chunk : LENIENT.decode(chunk);
    const start = line + (isMarked(text) ? 1 : 0);
    line += countLineEnds(text);
    return start;
  });
  return starts.slice(1);
}

const BOM = '\ufeff';
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });

type Chunk = string | Uint8Array;

function decode(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

function slices<T>(starts: readonly number[], slice: (start: number, end?: number) => T): T[] {
  return [0, ...starts].map((start, index) => slice(start, starts[index]));
}

/** Decoding replaces wrong bytes but eats no ASCII, so the candidates in bytes are those in text, one by one. */
function rawBytes(content: Uint8Array, counting: readonly number[]): Raw[] {
  const candidates = markerCandidates(Buffer.from(content).toString('latin1'));
  const starts = counting.map((index) => candidates[index]!);
  return slices(starts, (start, end) => {
    const bytes = content.subarray(start, end);
    return decode(bytes) ?? { base64: Buffer.from(bytes).toString('base64') };
  });
}

/** The head and then one chunk for each cell, each ending where the next may begin. */
function writeCells({ head, eol, cells }: NotebookDocument): Chunk[] {
  const chunks: Chunk[] = [head];
  const separated = withSemicolons(cells);
  separated.forEach((cell, index) => {
    const above = index > 0 || head !== '' ? chunks.length - 1 : -1;
    if (above >= 0) chunks[above] = finishLine(chunks[above]!, eol, index > 0 && cell.raw === null);
    chunks.push(writeCell(cell, { first: index === 0, last: index === separated.length - 1, eol }));
  });
  return chunks;
}

function writeCell(cell: DocumentCell, place: { first: boolean; last: boolean; eol: LineEnd }): Chunk {
  if (cell.raw === null || isEdited(cell)) return formatCell(cell, place);
  const bytes = typeof cell.raw === 'string' ? cell.raw : Buffer.from(cell.raw.base64, 'base64');
  if (place.first || isMarked(cell.raw)) return bytes;
  const marker = `// %%${place.eol}`; // the part above the first marker has moved down
  return typeof bytes === 'string' ? marker + bytes : Buffer.concat([Buffer.from(marker), bytes]);
}

/** Adds the line end a chunk lacks, and a blank line before a new cell. */
function finishLine(chunk: Chunk, eol: LineEnd, blankLine: boolean): Chunk {
  const end = typeof chunk === 'string' ? chunk.slice(-4) : Buffer.from(chunk.subarray(-4)).toString('latin1');
  const lines = countLineEnds(/[\r\n]*$/.exec(end)![0]);
  const missing = lines === 0 ? (blankLine ? 2 : 1) : lines === 1 && blankLine ? 1 : 0;
  if (missing === 0) return chunk;
  const added = eol.repeat(missing);
  return typeof chunk === 'string' ? chunk + added : Buffer.concat([chunk, Buffer.from(added)]);
}

function countLineEnds(text: string): number {
  const { lf, crlf, cr } = lineEnds(text);
  return lf + crlf + cr;
}

function commonLineEnd(text: string): LineEnd {
  const { lf, crlf, cr } = lineEnds(text);
  return crlf > lf && crlf >= cr ? '\r\n' : cr > lf ? '\r' : '\n';
}

function lineEnds(text: string): { lf: number; crlf: number; cr: number } {
  const counts = { lf: 0, crlf: 0, cr: 0 };
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 10) counts.lf += 1;
    else if (code !== 13) continue;
    else if (text.charCodeAt(index + 1) === 10) {
      counts.crlf += 1;
      index += 1;
    } else counts.cr += 1;
  }
  return counts;
}
