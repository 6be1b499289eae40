import { expressionEnd } from '../notebook/sqlText.ts';

/** SQL as the inside of a template literal, each sign in its place: `${…}` stay expressions, nothing else ends the literal. */
export function sqlTemplate(sql: string): string {
  let template = '';
  let position = 0;
  for (;;) {
    const open = sql.indexOf('${', position);
    if (open < 0) return template + plain(sql.slice(position));
    const end = expressionEnd(sql, open + 2) ?? open + 1;
    const expression = end === open + 1 ? ' ' : sql.slice(open, end); // one that never closes is text
    template += plain(sql.slice(position, open)) + expression;
    position = end;
  }
}

function plain(text: string): string {
  return text.replace(/[\\`]/g, ' ');
}
