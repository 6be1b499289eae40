import { formatDuration } from '../base/format.ts';

/** A step of a plan as DuckDB gives it; only what is told. */
interface Step {
  readonly operator_name?: string;
  readonly name?: string;
  /** In seconds. */
  readonly operator_timing?: number;
  readonly operator_cardinality?: number;
  readonly operator_rows_scanned?: number;
  readonly extra_info?: Readonly<Record<string, string | readonly string[]>>;
  readonly children?: readonly Step[];
}

/** What of a step's details a reader wants to see. */
const TOLD = [
  'Function',
  'Table',
  'File Path',
  'Groups',
  'Aggregates',
  'Filters',
  'Expression',
  'Conditions',
  'Order By',
  'Top',
  'Projections',
];

/** DuckDB's plan in JSON as lines: what is done, from the last step to the first, with rows and time where it was run. */
export function planText(json: string): string {
  const parsed = JSON.parse(json) as Step | readonly Step[]; // DuckDB's own format
  const root = 'length' in parsed ? parsed[0]! : parsed;
  const lines = [...stepLines(outermost(root), 0)];
  const width = Math.max(...lines.map(({ text }) => text.length));
  return lines.map(({ text, figures }) => (figures ? `${text.padEnd(width)}  ${figures}` : text)).join('\n');
}

/** Steps that only hand on rows, or shrink numbers for the next step, are left out. */
function* stepLines(step: Step, depth: number): Generator<{ text: string; figures: string }> {
  if (!isBare(step)) {
    yield { text: `${'  '.repeat(depth)}${title(step)}`, figures: figures(step) };
    depth += 1;
  }
  for (const child of step.children ?? []) yield* stepLines(child, depth);
}

/** The first step below what describes the whole. */
function outermost(step: Step): Step {
  const inner = step.children?.length === 1 ? step.children[0]! : null;
  const isFrame = !nameOf(step) || /^(EXPLAIN|RESULT_COLLECTOR|QUERY)/.test(nameOf(step));
  return inner && isFrame ? outermost(inner) : step;
}

function isBare(step: Step): boolean {
  const shown = details(step);
  return (
    nameOf(step) === 'PROJECTION' && (shown.length === 0 || shown.every((detail) => /__internal_|^#|^\*$/.test(detail)))
  );
}

function title(step: Step): string {
  const words = nameOf(step).toLowerCase().replaceAll('_', ' ').trim();
  const shown = details(step).filter((detail) => !detail.includes('__internal_'));
  const text = [words.charAt(0).toUpperCase() + words.slice(1), ...shown].join(' · ');
  return text.length > 110 ? `${text.slice(0, 109)}…` : text;
}

function details({ extra_info: info = {} }: Step): string[] {
  return TOLD.flatMap((key) => {
    const value = info[key];
    const text = typeof value === 'string' ? value : (value ?? []).join(', ');
    return text ? [text.replaceAll(/\s+/g, ' ').replaceAll('unnamed_subquery.', '')] : [];
  });
}

function figures({
  operator_timing: seconds,
  operator_cardinality: rows,
  operator_rows_scanned: scanned,
}: Step): string {
  if (seconds === undefined) return '';
  const read = scanned && scanned > (rows ?? 0) ? ` of ${scanned.toLocaleString('en-US')} read` : '';
  return `${(rows ?? 0).toLocaleString('en-US')} rows${read}, ${formatDuration(seconds * 1000)}`;
}

function nameOf(step: Step): string {
  return (step.operator_name ?? step.name ?? '').trim();
}
