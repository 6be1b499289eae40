import { UserError } from '../base/errors.ts';
import { reader } from './columns.ts';
import { checkLengths } from './csv.ts';
import type { Engine } from './engine.ts';
import { expand } from './findFiles.ts';
import { type FileStamp, filesOf, type Query, quoteText } from './query.ts';
import { explain } from './queryError.ts';
import { escapeGlob, type Rendered, render } from './render.ts';
import { formatOf, publishImpure } from './source.ts';

const READERS = /^(read_|parquet_scan$|sniff_csv$|parquet_(metadata|schema)$)/;
const CLOCK = /^(now|today|current_|get_current_|transaction_timestamp$|localtime)/;
const RANDOM = /^(random|setseed|uuid|uuidv4|uuidv7|gen_random_uuid)$/;

/** A query as DuckDB's own parser understood it; the shapes that matter here are looked for by name. */
type Tree = { readonly [key: string]: unknown } & { readonly type?: unknown };
type Parsed =
  | { readonly error: false; readonly statements: readonly Tree[] }
  | {
      readonly error: true;
      readonly error_message: string;
      readonly error_subtype?: string;
      readonly position?: string;
    };

/** Checks the text of a query, and finds, tells of and notes the files that the text itself names. */
export async function scan(query: Query, engine: Engine): Promise<readonly FileStamp[]> {
  const rendered = render(query, () => 'memoir.rows');
  const nodes = [...walk(await parse(rendered, engine))];
  const functions = nodes.map((node) => String(node.function_name ?? '').toLowerCase());
  if (functions.some((name) => CLOCK.test(name))) publishImpure('clock');
  if (functions.some((name) => RANDOM.test(name))) publishImpure('randomness');
  const ours = new Set(filesOf(query).map(({ path }) => escapeGlob(path)));
  const stamps = new Map<string, FileStamp>();
  for (const node of nodes) {
    for (const pattern of namedFiles(node, rendered)) {
      if (ours.has(pattern) || /^\w{2,}:\/\//.test(pattern)) continue;
      for (const path of await expand(pattern, engine.directory)) {
        const stamp = await engine.stamp(await engine.find(path));
        stamps.set(stamp.path, stamp);
        if (isBareText(node, path)) await checkLengths(engine, stamp);
      }
    }
  }
  return [...stamps.values()];
}

async function parse(rendered: Rendered, engine: Engine): Promise<readonly Tree[]> {
  const { columns } = await engine.query(`SELECT json_serialize_sql(${quoteText(rendered.sql)})::VARCHAR`);
  const parsed = JSON.parse(String(reader(columns[0]!)(0))) as Parsed; // DuckDB's own format
  if (!parsed.error) {
    if (parsed.statements.length === 1) return parsed.statements;
    throw new UserError(`sql: one query is expected, and there are ${parsed.statements.length || 'none'}.`);
  }
  if (parsed.error_subtype) throw explain({ ...parsed, exception_message: parsed.error_message }, rendered);
  if (/\bpivot\b/i.test(rendered.sql)) return []; // a query, though one that this parser does not give away
  throw new UserError(
    'sql: only queries can be written here (SELECT, FROM, WITH, …), not statements that change something.',
  );
}

/** The files that one node names: a path used as a table, or the first argument of a function that reads files. */
function namedFiles(node: Tree, { values }: Rendered): readonly string[] {
  if (node.type === 'BASE_TABLE') {
    const table = String(node.table_name);
    return !node.schema_name && formatOf(table) ? [table] : [];
  }
  if (node.type !== 'TABLE_FUNCTION' || !isTree(node.function)) return [];
  const { function_name: name, children } = node.function;
  if (!READERS.test(String(name)) || !Array.isArray(children)) return [];
  return [...walk(children[0])].flatMap((part) => {
    const text =
      part.class === 'CONSTANT' && isTree(part.value)
        ? part.value.value
        : part.class === 'PARAMETER' && values[Number(part.identifier) - 1];
    return typeof text === 'string' ? [text] : [];
  });
}

/** A text file as a table, without a word on how it is written. */
function isBareText({ type }: Tree, path: string): boolean {
  return type === 'BASE_TABLE' && ['csv', 'tsv'].includes(formatOf(path) ?? '');
}

function* walk(node: unknown): Generator<Tree> {
  if (Array.isArray(node)) for (const item of node) yield* walk(item);
  if (!isTree(node)) return;
  yield node;
  for (const child of Object.values(node)) yield* walk(child);
}

function isTree(node: unknown): node is Tree {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}
