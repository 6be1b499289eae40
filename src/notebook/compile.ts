import { type TransformFailure, transform } from 'esbuild';
import MagicString from 'magic-string';
import { UserError } from '../base/errors.ts';
import { editCell, importCall } from './compileEdits.ts';
import { type FollowedFunctions, type FunctionParts, followFunctions, hiddenNames } from './functions.ts';
import { type ImpureGlobals, trackImpure, unusedName } from './impurity.ts';
import { cleanText, digestParts, normalForm, TRANSFORM } from './normalForm.ts';
import { type CellAnalysis, exportedNames, readingOf } from './parse.ts';
import type { ImportBinding } from './parseImports.ts';

export type { ImportBinding };

export interface CompileRequest {
  readonly source: string;
  readonly analysis: CellAnalysis;
  /** What the source map calls the cell. */
  readonly name: string;
  readonly imports: readonly ImportBinding[];
  /** Names that the cell is given: values of other cells, `signal`, `invalidation`. */
  readonly inputs: readonly string[];
}

export interface CompiledCell {
  /** What runs; made when it is first asked for, as most cells that are opened never run. */
  readonly code: () => Promise<CellCode>;
  /** Digest of what the code means: layout, comments and types do not count, the names of imports and inputs do. */
  readonly codeDigest: string;
  /** The functions that the cell hands to others, where all that they consist of is known. */
  readonly functions: ReadonlyMap<string, FollowedFunction>;
}

export interface CellCode {
  /** A parenthesised function, `CellFunction`, as text. */
  readonly js: string;
  /** Source map of `js` as JSON; lines and columns are those of the cell. */
  readonly map: string;
}

/** A function of a cell, and what the results of its calls depend on. */
export interface FollowedFunction extends FunctionParts {
  /** Digest of what the code of all its `functions` means. */
  readonly codeDigest: string;
}

/** A compiled cell; what it is given comes as one object. */
export type CellFunction = (memoir: CellRuntime, inputs: Readonly<Record<string, unknown>>) => Promise<CellOutcome>;

export interface CellOutcome {
  readonly exports: Record<string, unknown>;
  /** Variables and private names that functions of the cell mention, as they are when it is called. */
  readonly hidden?: () => Record<string, unknown>;
  /** The value of the last expression; absent where a cell shows none. */
  readonly result?: unknown;
}

/** What a compiled cell is given to run with. */
export interface CellRuntime extends ImpureGlobals {
  /** `import(…)` relative to the notebook. */
  import(
    specifier: string,
    options?: { readonly with: Readonly<Record<string, string>> },
  ): Promise<Record<string, unknown>>;
  readonly require: NodeJS.Require;
  /** `import.meta` of the notebook. */
  readonly meta: { readonly url: string; readonly filename: string; readonly dirname: string };
  /** Called just before a widget is made: the variable that it is assigned to. */
  label(variable: string): void;
}

/**
 * Compiles one cell to a function from inputs to exports.
 * @throws UserError when the cell is not valid TypeScript
 */
export async function compileCell(request: CompileRequest): Promise<CompiledCell> {
  const { source, analysis, name } = request;
  const [problem] = analysis.errors;
  if (problem) throw new UserError(`Line ${problem.line}: ${problem.message}`);
  const scoped = readingOf(analysis, source);
  const names = { memoir: unusedName(source, '$memoir'), result: unusedName(source, '$result') };
  const inputs = [...new Set(request.inputs)].sort();
  const clean = cleanText(scoped);
  const edit = new MagicString(clean);
  const given = { shadowed: new Set(inputs), imports: request.imports };
  trackImpure(edit, scoped, { memoir: names.memoir, ...given });
  editCell(edit, scoped, { ...names, ...given });
  const exports = exportedNames(analysis);
  const followed = followFunctions(scoped, { inputs: given.shadowed, imports: request.imports });
  const hidden = exports.length ? hiddenNames(scoped) : [];
  const handed = [...new Set([...exports, ...hidden]), ...(analysis.lastExpression ? [names.result] : [])];
  edit.append(`\nexport { ${handed.join(', ')} };`);
  const [normal, functions] = await Promise.all([
    normalForm(edit.toString()),
    digestFunctions(exports, followed, clean),
  ]).catch(rethrow);
  let code: Promise<CellCode> | undefined;
  const toCode = async () => {
    const head = headOf(names.memoir, unusedName(source, '$inputs'), inputs, request.imports);
    return assemble(await strip(edit, source, name).catch(rethrow), head, names.result, { exports, hidden });
  };
  return {
    code: () => (code ??= toCode()),
    codeDigest: digestParts([normal, inputs, request.imports.map(keyOf).sort()]),
    functions,
  };
}

async function digestFunctions(
  exports: readonly string[],
  { parts, spans }: FollowedFunctions,
  clean: string,
): Promise<Map<string, FollowedFunction>> {
  const normal = new Map(
    await Promise.all(
      [...spans].map(async ([name, { keyword, start, end }]) => {
        return [name, await normalForm(keyword + clean.slice(start, end))] as const;
      }),
    ),
  );
  return new Map(
    exports.flatMap((name) => {
      const found = parts.get(name);
      if (!found) return [];
      const codeDigest = digestParts(found.functions.map((one) => [one, normal.get(one)]));
      return [[name, { ...found, codeDigest }]];
    }),
  );
}

async function strip(edit: MagicString, source: string, name: string): Promise<{ code: string; map: string }> {
  const toSource = Object.assign(edit.generateMap({ source: name, hires: 'boundary' }), {
    sourcesContent: [source],
  }).toUrl();
  const code = `${edit}\n//# sourceMappingURL=${toSource}`; // esbuild composes its own map with this one
  return transform(code, { ...TRANSFORM, loader: 'ts', target: 'node22', sourcemap: 'external', sourcefile: name });
}

/** One line of our own before the cell's first: its inputs and imports as constants. */
function headOf(memoir: string, given: string, inputs: readonly string[], imports: readonly ImportBinding[]): string {
  const bindings = inputs.length ? [`const { ${inputs.join(', ')} } = ${given};`] : [];
  for (const binding of imports) bindings.push(`const ${binding.local} = ${loadOf(binding, memoir)};`);
  return `(async (${memoir}, ${given}) => { "use strict"; ${bindings.join(' ')}\n`;
}

/** An imported value as an expression; a name that its module lacks is an error, as in any module. */
function loadOf({ specifier, imported, attributes }: ImportBinding, memoir: string): string {
  if (imported === 'export=') return `${memoir}.require(${JSON.stringify(specifier)})`;
  const load = `await ${importCall(memoir, specifier, attributes)}`;
  if (imported === '*') return load;
  const name = JSON.stringify(imported);
  const what = imported === 'default' ? 'has no default export' : `does not export \`${imported}\``;
  const complaint = JSON.stringify(`\`${specifier}\` ${what}.`);
  // what a CommonJS module gives is known only when it has run: Node finds no names that are computed
  const common =
    imported === 'default'
      ? ''
      : `const c = m["module.exports"]; if (c != null && ${name} in Object(c)) return c[${name}]; `;
  return `((m) => { if (${name} in m) return m[${name}]; ${common}throw new SyntaxError(${complaint}); })(${load})`;
}

/** The stripped module as a function: esbuild ends it with the list of exports that we gave, which becomes the `return`. */
function assemble(
  { code, map }: { code: string; map: string },
  head: string,
  result: string,
  names: { readonly exports: readonly string[]; readonly hidden: readonly string[] },
): CellCode {
  const at = code.lastIndexOf('export {');
  const list = /^export \{([^}]*)\};\s*$/.exec(code.slice(at))?.[1];
  if (list === undefined) throw new Error('esbuild did not end a cell with its exports.');
  const exports: string[] = [];
  const hidden: string[] = [];
  let shown = '';
  for (const given of list
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)) {
    const [local = '', exported = local] = given.split(' as ');
    if (exported === result) shown = `, result: ${local}`;
    const item = exported === local ? local : `${exported}: ${local}`;
    if (names.exports.includes(exported)) exports.push(item);
    if (names.hidden.includes(exported)) hidden.push(item);
  }
  const more = hidden.length ? `, hidden: () => ({ ${hidden.join(', ')} })` : '';
  const js = `${head}${code.slice(0, at)}return { exports: { ${exports.join(', ')} }${more}${shown} };\n})`;
  const { mappings, ...rest } = JSON.parse(map) as { mappings: string };
  return { js, map: JSON.stringify({ ...rest, mappings: `;${mappings}` }) };
}

function keyOf({ local, specifier, imported, attributes }: ImportBinding): string {
  return JSON.stringify([local, specifier, imported, attributes ?? null]);
}

function rethrow(error: unknown): never {
  const [first] = (error as Partial<TransformFailure>).errors ?? [];
  if (!first) throw error;
  const text = `${first.text.replace(/[.:]$/, '')}.`;
  throw new UserError(first.location ? `Line ${first.location.line}: ${text}` : text);
}
