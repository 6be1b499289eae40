/** Makes the rows `start … end` of `rows` out of columns. */
export type RowMaker<Column> = (columns: readonly Column[], rows: object[], start: number, end: number) => void;

/**
 * Makes rows by an object literal, which takes a third of the time of adding properties by name, and lets the engine see
 * that they stay; null where a program must not make code. A column is an array (`index`) or a function of the row
 * (`call`). Nothing of the data runs: the code is what stands here, with the names in it as quoted texts.
 */
export function rowMaker<Column>(names: readonly string[], access: 'index' | 'call'): RowMaker<Column> | null {
  const parts = names.map((name, at) => `${keyOf(name)}: column${at}${access === 'index' ? '[row]' : '(row)'}`);
  const body = `const [${names.map((_, at) => `column${at}`)}] = columns;
    for (let row = start; row < end; row++) rows[row] = { ${parts} };`;
  try {
    return new Function('columns', 'rows', 'start', 'end', body) as RowMaker<Column>; // as it is written here
  } catch {
    return null; // Node was told to disallow it
  }
}

/** Only in brackets `__proto__` is a name like any other. */
function keyOf(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}
