import { OPTION_NAMES, type WrittenOptions } from './cell.ts';

/** What a cell's text is: TypeScript, Markdown behind `//`, or the SQL of one statement. */
export type CellKind = 'code' | 'markdown' | 'sql';

/** What the line `// %% [kind] Title {options}` says. */
export interface Marker {
  readonly kind: CellKind;
  readonly title: string;
  readonly options: WrittenOptions;
}

/** The marker a line is; the caller knows that the line begins with `// %%`. */
export function parseMarker(line: string): Marker {
  const match = /^\/\/ %%(?: +\[(markdown|sql)\](?= |$))?(.*)$/s.exec(line);
  const { title, options } = splitOptions(match?.[2] ?? '');
  return { kind: (match?.[1] as 'markdown' | 'sql' | undefined) ?? 'code', title, options };
}

/** The line for a marker, without its line end. */
export function formatMarker({ kind, title, options }: Marker): string {
  const written = JSON.stringify(options);
  return [
    '// %%',
    kind === 'code' ? '' : `[${kind}]`,
    title.replace(/\s+/g, ' ').trim(),
    written === '{}' ? '' : written,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Options are a `{…}` at the end that is JSON with known keys only; anything else belongs to the title. */
function splitOptions(text: string): { title: string; options: WrittenOptions } {
  const trimmed = text.trimEnd();
  if (trimmed.endsWith('}')) {
    let tries = 0;
    for (const { index } of trimmed.matchAll(/(?<= )\{(?=\s*["}])/g)) {
      const options = parseOptions(trimmed.slice(index));
      if (options) return { title: trimmed.slice(0, index).trim(), options };
      if (++tries === 8) break; // a line of nothing but braces must not cost its length squared
    }
  }
  return { title: trimmed.trim(), options: {} };
}

function parseOptions(json: string): WrittenOptions | null {
  try {
    const value: unknown = JSON.parse(json);
    const names: readonly string[] = OPTION_NAMES;
    return typeof value === 'object' && value && Object.keys(value).every((key) => names.includes(key)) ? value : null;
  } catch {
    return null;
  }
}
