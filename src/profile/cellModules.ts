import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import MagicString from 'magic-string';
import { UserError } from '../base/errors.ts';
import { editCell } from '../notebook/compileEdits.ts';
import { unusedName } from '../notebook/impurity.ts';
import { cleanText } from '../notebook/normalForm.ts';
import { exportedNames } from '../notebook/parse.ts';
import type { Program } from '../notebook/program.ts';
import type { CellRecord } from '../notebook/record.ts';
import { readSource } from '../notebook/scope.ts';
import type { CellId } from '../protocol/kernel.ts';
import { isKept, type KeptValues } from './keptValues.ts';

/** A notebook, and what is known of its cells. */
export interface NotebookChoice {
  /** Absolute path of the notebook. */
  readonly notebook: string;
  readonly program: Program;
  /** The last runs of cells whose results still hold: what they gave is taken instead of computed. */
  readonly records: ReadonlyMap<CellId, CellRecord>;
  /** The cache's folder, where values are kept; null where none are. */
  readonly cacheDirectory: string | null;
}

/** The name by which a cell's lines are known: the notebook's path, `#`, and what names the cell while others come and go. */
export function cellFile(notebook: string, program: Program, id: CellId): string {
  const nameOf = (one: CellId) => program.reference(one).replace(/[^\p{L}\p{N}]+/gu, '-');
  const same = [...program.cells.keys()].filter((one) => nameOf(one) === nameOf(id));
  const at = same.indexOf(id);
  return `${notebook}#${nameOf(id)}${at ? `-${at + 1}` : ''}`;
}

/** The name under which a cell is called. */
export const CELL = '$memoirCell';

/** Writes cells as modules of a bundle: known values stand for cells that have run. */
export class CellModules {
  readonly texts = new Map<string, string>();
  readonly #choice: NotebookChoice;
  readonly #runtime: string;
  readonly #loaded = new Set<string>();
  #computed = 0;

  constructor(choice: NotebookChoice) {
    this.#choice = choice;
    this.#runtime = `${choice.notebook}#`;
  }

  get notes(): readonly string[] {
    const cells = this.#computed === 1 ? 'One cell above it was' : `${this.#computed} cells above it were`;
    return this.#computed ? [`${cells} run for this, as what it gave was not at hand.`] : [];
  }

  /** A cell's text as a function; the modules that it needs are in `texts` then. */
  asFunction(id: CellId): string {
    const { head, body, result } = this.#edited(id);
    this.#addRuntime();
    return `export const ${CELL} = async () => {${body}\n${result ? `return ${result};` : ''}};\n${head}`;
  }

  /** The path of a module with a cell's code; the modules that it needs are in `texts` then. */
  add(id: CellId): string {
    const { program, notebook } = this.#choice;
    const path = cellFile(notebook, program, id);
    this.texts.set(path, this.#codeText(id));
    this.#addRuntime();
    return path;
  }

  #addRuntime(): void {
    this.texts.set(this.#runtime, runtimeText(this.#choice.notebook, this.#loaded));
  }

  /** The path of the module that gives a cell's values. */
  #module(id: CellId): string {
    const { program, notebook, records, cacheDirectory } = this.#choice;
    const file = cellFile(notebook, program, id);
    if (this.texts.has(file)) return file;
    const known = records.get(id);
    this.texts.set(file, ''); // the graph has no circles; this is for two ways to one cell
    if (known?.exports.every(({ json }) => json)) this.texts.set(file, constantsText(known));
    else if (known && cacheDirectory !== null && isKept(known, [...records.values()]))
      this.texts.set(file, this.#keptText(cacheDirectory, id, known));
    else this.texts.set(file, this.#computedText(id));
    return file;
  }

  #computedText(id: CellId): string {
    this.#computed += 1;
    return this.#codeText(id);
  }

  #codeText(id: CellId): string {
    const { head, body } = this.#edited(id);
    return `${body}\n;${head}\nexport { ${exportedNames(this.#choice.program.analysis(id)).join(', ')} };`;
  }

  /** Values that lie in the cache; what they point into is brought back before. */
  #keptText(directory: string, cell: CellId, { exports, values }: CellRecord): string {
    const { refs } = values!; // `isKept`
    const owners = [...this.#choice.records].filter(([, one]) =>
      one.exports.some(({ digest }) => refs.includes(digest ?? '')),
    );
    const first = owners.filter(([id]) => id !== cell).map(([id]) => this.#module(id));
    const names = exports.map(({ name }) => name);
    const kept: KeptValues = { directory, cell, names, values: values! };
    const imports = first.map((path) => `import ${JSON.stringify(path)};`).join('');
    return `${imports}export const { ${names.join(', ')} } = await globalThis.$memoirKept(${JSON.stringify(kept)});`;
  }

  /** A cell's statements without imports and exports, each on its line; imports for what it uses; the name of what it shows. */
  #edited(id: CellId): { head: string; body: string; result: string | null } {
    const { program } = this.#choice;
    const { source, label, options } = program.cells.get(id)!;
    const [problem] = [...program.analysis(id).errors, ...program.graph.cell(id).errors];
    if (problem) throw new UserError(`The cell "${label}" cannot run: ${problem.message}`);
    if (options.disabled) throw new UserError(`The cell "${label}" is disabled, so nothing can be computed from it.`);
    const scoped = readSource(source);
    const names = { memoir: unusedName(source, '$memoir'), result: unusedName(source, '$result') };
    const imports = program.imports(id);
    const inputs = program.inputs(id);
    const edit = new MagicString(cleanText(scoped));
    editCell(edit, scoped, { ...names, shadowed: new Set(inputs.map(({ name }) => name)), imports });
    const { dynamicImports, imports: own, lastExpression } = program.analysis(id);
    for (const { specifier } of dynamicImports) this.#loaded.add(specifier);
    for (const { specifier, sideEffectOnly } of own) if (sideEffectOnly) this.#loaded.add(specifier);
    const head = [
      `import { $memoir as ${names.memoir}, signal, invalidation } from ${JSON.stringify(this.#runtime)};`,
      ...inputs.map(({ name, cell }) => `import { ${name} } from ${JSON.stringify(this.#module(cell))};`),
      ...imports.map(importText),
    ];
    return { head: head.join(' '), body: edit.toString(), result: lastExpression && names.result };
  }
}

function importText({ local, specifier, imported, attributes }: ReturnType<Program['imports']>[number]): string {
  const from = JSON.stringify(specifier);
  if (imported === 'export=') return `import ${local} = require(${from});`;
  const names = imported === '*' ? `* as ${local}` : `{ ${imported} as ${local} }`;
  return `import ${names} from ${from}${attributes ? ` with ${JSON.stringify(attributes)}` : ''};`;
}

function constantsText({ exports }: CellRecord): string {
  const value = (json: unknown) => `JSON.parse(${JSON.stringify(JSON.stringify(json))})`; // `__proto__` is a key like others there
  return exports.map(({ name, json }) => `export const ${name} = ${value(json!.value)};`).join('\n') || 'export {};';
}

/** What compiled cells find beside their inputs; modules that they name are part of the bundle. */
function runtimeText(notebook: string, modules: ReadonlySet<string>): string {
  const url = pathToFileURL(notebook).href;
  const loads = [...modules].map((name) => `${JSON.stringify(name)}: () => import(${JSON.stringify(name)})`);
  return `import { createRequire } from 'node:module';
const modules = { ${loads.join(', ')} };
export const $memoir = {
  label() {},
  meta: ${JSON.stringify({ url, filename: notebook, dirname: dirname(notebook) })},
  require: createRequire(${JSON.stringify(url)}),
  import: (specifier, options) => modules[specifier]?.() ?? import(specifier, options),
};
export const signal = new AbortController().signal;
export const invalidation = new Promise(() => {});`;
}
