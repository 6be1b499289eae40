import jsTokens, { type Token } from 'js-tokens';

/** An SQL cell as a person sees it: the name of its table and the SQL, without the TypeScript around it. */
export interface SqlText {
  readonly declares: string;
  readonly sql: string;
}

/** How a statement lays its SQL out between the backticks; taken over when the SQL is edited. */
export interface SqlLayout {
  readonly lead: string;
  readonly indent: string;
  readonly tail: string;
}

const INLINE: SqlLayout = { lead: '', indent: '', tail: '' };
const BLOCK: SqlLayout = { lead: '\n', indent: '  ', tail: '' };

/**
 * Reads a cell that is exactly one statement ``const name = await sql`…`;``, null for anything else, also for SQL
 * whose escapes could not be written again. Line ends in `code` are `\n`.
 */
export function parseSql(code: string): (SqlText & { readonly layout: SqlLayout }) | null {
  const statement = readStatement(code);
  const template = statement && readTemplate(statement.template);
  if (!template) return null;
  for (const layout of [guessLayout(template.shown), INLINE]) {
    const read = { declares: statement.declares, sql: withoutLayout(template.shown, layout), layout };
    const again = readTemplate(`\`${templateText(read.sql, layout)}\``);
    if (again && again.shown === template.shown && JSON.stringify(again.chunks) === JSON.stringify(template.chunks))
      return read;
  }
  return null;
}

/** The statement for an SQL cell; backticks and backslashes are escaped, `${…}` stays an expression. */
export function formatSql({ declares, sql }: SqlText, layout?: SqlLayout): string {
  const chosen = layout ?? (sql.includes('\n') ? BLOCK : INLINE);
  return `const ${declares} = await sql\`${templateText(sql, chosen)}\`;`;
}

function readStatement(code: string): { declares: string; template: string } | null {
  const head = /^\s*const\s+([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*=\s*await\s+sql\s*(?=`)/u.exec(code);
  if (!head) return null;
  let depth = 0;
  let end = head[0].length;
  for (const token of jsTokens(code.slice(end))) {
    if ('closed' in token && !token.closed) return null;
    end += token.value.length;
    depth += depthChange(token);
    if (depth === 0) break;
  }
  if (depth > 0 || !/^\s*;?\s*$/.test(code.slice(end))) return null;
  return { declares: head[1]!, template: code.slice(head[0].length, end) };
}

function depthChange(token: Token): number {
  return token.type === 'TemplateHead' ? 1 : token.type === 'TemplateTail' ? -1 : 0;
}

/** The text of a template with its escapes resolved, whole and as the pieces between expressions. */
function readTemplate(template: string): { shown: string; chunks: string[] } | null {
  let shown = '';
  let depth = 0;
  const chunks: string[] = [];
  for (const token of jsTokens(template)) {
    const outside = depth === 0 || (depth === 1 && (token.type === 'TemplateMiddle' || token.type === 'TemplateTail'));
    depth += depthChange(token);
    if (!outside) {
      shown += token.value;
      continue;
    }
    const opens = token.type === 'TemplateHead' || token.type === 'TemplateMiddle';
    const chunk = unescapeTemplate(token.value.slice(1, opens ? -2 : -1));
    if (chunk === null) return null;
    chunks.push(chunk);
    shown += (token.value.startsWith('}') ? '}' : '') + chunk + (opens ? '${' : '');
  }
  return { shown, chunks };
}

function templateText(sql: string, { lead, indent, tail }: SqlLayout): string {
  const body = sql.replace(/\n(?=[^\n])/g, `\n${indent}`);
  return escapeTemplate(lead + (body === '' || body.startsWith('\n') ? '' : indent) + body + tail);
}

/** The blank line, the common indentation and the trailing blanks that only serve the look of the file. */
function guessLayout(shown: string): SqlLayout {
  const body = shown.trimEnd();
  const tail = shown.slice(body.length);
  if (!body.startsWith('\n')) return { lead: '', indent: '', tail };
  const indents = body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)![0]);
  const indent = indents.reduce((common, each) => (each.startsWith(common) ? common : commonStart(common, each)));
  return { lead: '\n', indent, tail };
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

function withoutLayout(shown: string, { lead, indent, tail }: SqlLayout): string {
  const body = shown.slice(lead.length, shown.length - tail.length);
  return body
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

/** The text between backticks with its escapes resolved; null where an escape is not one that `escapeTemplate` writes. */
function unescapeTemplate(raw: string): string | null {
  let known = true;
  const text = raw.replace(/\\(.)/gs, (_, escaped: string) => {
    known &&= '\\`$'.includes(escaped);
    return escaped;
  });
  return known ? text : null;
}

/** Escapes what would end the template; closed `${…}` stay expressions, one that never closes is text. */
function escapeTemplate(text: string): string {
  let escaped = '';
  let position = 0;
  for (;;) {
    const open = text.indexOf('${', position);
    const end = open < 0 ? null : expressionEnd(text, open + 2);
    const chunk = end === null ? text.slice(position) : text.slice(position, open);
    escaped += chunk.replace(/[\\`]|\$(?=\{)/g, '\\$&');
    if (end === null) return escaped;
    escaped += text.slice(open, end);
    position = end;
  }
}

/** Just behind the `}` that closes an expression beginning at `start`, or null. */
export function expressionEnd(text: string, start: number): number | null {
  let braces = 0;
  let position = start;
  for (const token of jsTokens(text.slice(start))) {
    position += token.value.length;
    if (token.type !== 'Punctuator') continue;
    if (token.value === '{') braces += 1;
    if (token.value === '}') braces -= 1;
    if (braces < 0) return position;
  }
  return null;
}
