import type { Read } from '../protocol/kernel.ts';
import type { Components } from './cellKey.ts';
import type { Reason } from './cellRun.ts';

/** A reason that needs no comparison. */
export function reason(text: string, component: string | null = null): Reason {
  return { text, component, before: null, after: null };
}

/** The components that differ between two keys, the one that matters most to the reader first. */
export function differingComponents(before: Components, after: Components): string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])].filter((n) => before[n] !== after[n]);
  return names.sort((a, b) => rank(a) - rank(b));
}

/** What is known of a change beyond that there is one: a sentence, and the lines that differ. */
export type Detail = Pick<Reason, 'text' | 'diff'>;

/** Why a key differs from the one before it, by the component that matters most. */
export function explainComponents(before: Components, after: Components, detail: Detail | null): Reason {
  const [first, ...more] = differingComponents(before, after);
  if (first === undefined) return reason('not kept');
  const others = more.length ? `, and ${more.length} more` : '';
  return {
    component: first,
    before: before[first] ?? null,
    after: after[first] ?? null,
    ...detail,
    text: (detail?.text ?? sentence(first, before[first] === undefined, after[first] === undefined)) + others,
  };
}

/** Why a record no longer holds: something it read is different now. */
export function explainRead({ before, after }: { before: Read; after: Read }): Reason {
  const what = {
    file: before.name,
    folder: `folder ${before.name}`,
    env: `environment variable ${before.name}`,
    widget: `\`${before.name}\``,
    module: before.name,
  };
  const verb = before.kind === 'widget' ? 'was moved' : after.digest === 'absent' ? 'is gone' : 'changed';
  return {
    text: `${what[before.kind]} ${verb}`,
    component: `${before.kind} ${before.name}`,
    before: before.digest,
    after: after.digest,
  };
}

const RANKS = ['code', 'input', 'module', 'import'];

function rank(component: string): number {
  const at = RANKS.indexOf(component.split(' ')[0]!);
  return at < 0 ? RANKS.length : at;
}

function sentence(component: string, added: boolean, removed: boolean): string {
  const [kind = '', ...rest] = component.split(' ');
  const name = rest.join(' ');
  const verb = added ? 'is new' : removed ? 'is no longer used' : 'changed';
  switch (kind) {
    case 'code':
      return 'its code changed';
    case 'input':
      return `\`${name}\` ${verb}`;
    case 'module':
      return `${name} ${verb}`;
    case 'import':
      return `the import of \`${name}\` ${verb}`;
    case 'schema':
      return 'Memoir was updated';
    case 'node':
      return 'the version of Node.js changed';
    default:
      return `${component} ${verb}`;
  }
}
