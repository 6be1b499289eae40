import type { Links } from './graphLinks.ts';
import type { GraphCell, NameTable } from './graphNames.ts';
import { shortestCircle } from './graphOrder.ts';

/** Why a cell cannot run, in a sentence that says what to do; it stands on every cell concerned. */
export interface GraphError {
  readonly kind: 'duplicate' | 'cycle' | 'assignment' | 'syntax';
  readonly message: string;
  readonly names: readonly string[];
  /** All cells concerned, by place on the page. */
  readonly cells: readonly string[];
  /** Where in this cell's text. */
  readonly start: number;
  readonly end: number;
}

/** For each cell, by place on the page, its errors. */
export function cellErrors(
  cells: readonly GraphCell[],
  names: NameTable,
  links: readonly Links[],
  circles: readonly number[],
): GraphError[][] {
  const errors: GraphError[][] = cells.map(({ id, analysis }) =>
    analysis.errors.map(({ message, start, end }) => ({ kind: 'syntax', message, names: [], cells: [id], start, end })),
  );
  addDuplicates(errors, cells, names);
  addAssignments(errors, cells, names);
  addCircles(errors, cells, links, circles);
  return errors;
}

function addDuplicates(errors: GraphError[][], cells: readonly GraphCell[], names: NameTable): void {
  for (const [name, declarers] of names.duplicates()) {
    const where = inWords(declarers.map(({ index }) => labelOf(cells, index)));
    const message =
      name === 'default'
        ? `\`export default\` stands in ${where}. Keep one.`
        : `\`${name}\` is declared in ${where}. Keep one, or make one private by calling it \`_${name}\`.`;
    const concerned = declarers.map(({ id }) => id);
    for (const { index, start, end } of declarers) {
      errors[index]!.push({ kind: 'duplicate', message, names: [name], cells: concerned, start, end });
    }
  }
}

function addAssignments(errors: GraphError[][], cells: readonly GraphCell[], names: NameTable): void {
  cells.forEach(({ id, analysis }, index) => {
    const told = new Set<string>();
    for (const { name, start, end } of analysis.assignments) {
      for (const owner of names.declarers(name, index)) {
        const concerned = [owner, { id, index }].sort((a, b) => a.index - b.index).map((one) => one.id);
        const common = { kind: 'assignment', names: [name], cells: concerned } as const;
        const here = `\`${name}\` belongs to ${labelOf(cells, owner.index)}. Assign it there, or use a name of this cell.`;
        errors[index]!.push({ ...common, message: here, start, end });
        if (told.has(`${owner.index} ${name}`)) continue; // one word to the owner, however often it is assigned
        told.add(`${owner.index} ${name}`);
        const there = `\`${name}\` is assigned in ${labelOf(cells, index)}. Only the cell that declares a name can assign it.`;
        errors[owner.index]!.push({ ...common, message: there, start: owner.start, end: owner.end });
      }
    }
  });
}

function addCircles(
  errors: GraphError[][],
  cells: readonly GraphCell[],
  links: readonly Links[],
  circles: readonly number[],
): void {
  const sizes = new Map<number, number>();
  for (const circle of circles) sizes.set(circle, (sizes.get(circle) ?? 0) + 1);
  const upstream = links.map((link) => link.upstream);
  circles.forEach((circle, index) => {
    if (sizes.get(circle)! < 2) return;
    const way = shortestCircle(upstream, circles, index);
    const first = way.indexOf(Math.min(...way));
    const steps = way.map((_, step) => {
      const from = way[(first + step) % way.length]!;
      const to = way[(first + step + 1) % way.length]!;
      return { from, to, name: nameBetween(cells, links, from, to) };
    });
    const here = steps.find(({ from }) => from === index)!;
    const mention = cells[index]!.analysis.references.find(({ name }) => name === here.name)!;
    errors[index]!.push({
      kind: 'cycle',
      message: circleMessage(cells, steps),
      names: steps.map(({ name }) => name),
      cells: [...way].sort((a, b) => a - b).map((one) => cells[one]!.id),
      start: mention.start,
      end: mention.end,
    });
  });
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

function circleMessage(cells: readonly GraphCell[], steps: readonly Step[]): string {
  const label = (index: number) => labelOf(cells, index);
  const who = inWords(
    steps
      .map(({ from }) => from)
      .sort((a, b) => a - b)
      .map(label),
  );
  const how = steps.map(({ from, to, name }) => `${label(from)} uses \`${name}\` of ${label(to)}`).join(', ');
  return `${capital(who)} need each other: ${how}. Move one of these names to another cell to break the circle.`;
}

/** A name of `to` that `from` uses. */
function nameBetween(cells: readonly GraphCell[], links: readonly Links[], from: number, to: number): string {
  const input = links[from]!.inputs.find((one) => one.from === cells[to]!.id);
  if (input) return input.name;
  const declared = new Set(cells[to]!.analysis.declarations.map(({ name }) => name)); // one of several declarers
  return cells[from]!.analysis.references.find(({ name }) => declared.has(name))!.name;
}

function labelOf(cells: readonly GraphCell[], index: number): string {
  const label = cells[index]!.label ?? `cell ${index + 1}`;
  return NUMBERED.test(label) ? label : `“${label}”`;
}

const NUMBERED = /^cell \d+$/;

/** `cells 2, 3 and 5`, `cell 2 and “Load”`. */
function inWords(labels: readonly string[]): string {
  const all = labels.length > 1 && labels.every((label) => NUMBERED.test(label));
  const words = all ? labels.map((label) => label.slice('cell '.length)) : labels;
  const list = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return all ? `cells ${list}` : list;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
