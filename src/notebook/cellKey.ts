import { hash } from 'node:crypto';
import type { Cell } from './cell.ts';
import type { ModuleDigests } from './moduleDigests.ts';

/** Part of every key: raise it when the meaning of records or keys changes. */
const SCHEMA = 2;

/** The named digests a static key is made of; the names appear in explanations. */
export type Components = Readonly<Record<string, string>>;

/** What of a run's circumstances counts for every cell. */
export interface Circumstances {
  readonly nodeMajor: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly seed: number | null;
  readonly now: number | null;
}

export interface KeyedCell {
  readonly cell: Cell;
  readonly codeDigest: string;
  /** Digest of each input by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Digest of each module, `module ./helpers.ts` by its specifier. */
  readonly modules: Components;
  readonly imports: readonly { readonly local: string; readonly specifier: string; readonly imported: string }[];
}

/** Everything known before a run that its result depends on, by name. */
export function staticComponents(
  { cell, codeDigest, inputs, modules, imports }: KeyedCell,
  { nodeMajor, timeZone, locale, seed, now }: Circumstances,
): Components {
  return {
    schema: String(SCHEMA),
    code: codeDigest,
    ...prefixed('input', inputs),
    ...modules,
    ...prefixed('import', Object.fromEntries(imports.map((i) => [i.local, `${i.imported} of ${i.specifier}`]))),
    ...(cell.cache.key !== null && { 'cache.key': cell.cache.key }),
    ...(cell.name !== null && { name: cell.name }),
    ...(seed !== null && { seed: String(seed) }),
    ...(now !== null && { now: String(now) }),
    node: nodeMajor,
    platform: `${process.platform} ${process.arch}`,
    timeZone,
    locale,
  };
}

/** What modules are right now. */
export async function moduleComponents(specifiers: readonly string[], modules: ModuleDigests): Promise<Components> {
  const digests = await Promise.all(specifiers.map((specifier) => modules.digest(specifier)));
  return Object.fromEntries(specifiers.map((specifier, i) => [`module ${specifier}`, digests[i]!]));
}

/** One digest for named components; each name and value is preceded by its length. */
export function keyOf(kind: string, components: Components): string {
  let text = framed(kind);
  for (const name of Object.keys(components).sort()) text += framed(name) + framed(components[name]!);
  return hash('sha256', text);
}

function framed(text: string): string {
  return `${Buffer.byteLength(text)}:${text}`;
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));
}
