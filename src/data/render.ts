import type { InlineData, Query, Scalar } from './query.ts';

/** A query as DuckDB takes it. */
export interface Rendered {
  readonly sql: string;
  /** Bound to `$1`, `$2`, … */
  readonly values: readonly Scalar[];
  /** Where texts written by the reader came to stand, in order. */
  readonly spans: readonly Span[];
}

/** One text of a query written by the reader, at `start` of the whole. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly query: Query;
  /** Which of the query's texts. */
  readonly part: number;
}

/** A query as one text with numbered values; `relation` names the table that holds rows given by the program. */
export function render(query: Query, relation: (data: InlineData) => string): Rendered {
  const values: Scalar[] = [];
  const spans: Span[] = [];
  let sql = '';
  const bind = (scalar: Scalar) => {
    values.push(scalar);
    sql += `$${values.length}`;
  };
  const put = (current: Query) => {
    current.texts.forEach((text, part) => {
      if (current.written) spans.push({ start: sql.length, end: sql.length + text.length, query: current, part });
      sql += text;
      const piece = current.pieces[part];
      if (piece?.kind === 'value') bind(piece.value);
      else if (piece?.kind === 'file') bind(escapeGlob(piece.file.path));
      else if (piece?.kind === 'data') sql += relation(piece.data);
      else if (piece) put(piece.query);
    });
  };
  put(query);
  return { sql, values, spans };
}

/** DuckDB reads `*`, `?` and `[` in a path as a pattern; our paths mean one file. */
export function escapeGlob(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}

/** A query's text in one line, as it is told of. */
export function shortText(query: Query): string {
  const text = render(query, () => 'rows')
    .sql.replaceAll(/\s+/g, ' ')
    .trim();
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
