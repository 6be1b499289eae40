import { resolve } from 'node:path';
import { messageOf, UserError } from '../base/errors.ts';
import type { NotebookChoice } from '../profile/cellModules.ts';
import type { MeasuringRequest, ProfilerEnvironment } from '../profile/measureSubject.ts';
import { readTarget } from '../profile/program.ts';
import type { Profiled } from '../profile/report.ts';
import { UsageError } from './arguments.ts';

/** What the command line names, and how the like of it in a file is measured. */
export interface NamedTarget {
  readonly file: string;
  /** Of a function or a cell; null for a whole file. */
  readonly name: string | null;
  readonly measure: (file: string, request: MeasuringRequest, environment: ProfilerEnvironment) => Promise<Profiled>;
}

/** `file#function`, whose arguments may name variables of a notebook, `notebook#cell`, or a whole file. @throws UsageError when it is nothing of the kind */
export function targetOf(text: string, variablesOf?: string): NamedTarget {
  if (!text.includes('#')) {
    if (isNotebook(text)) throw new UsageError(`Name a cell of the notebook, as in ${text}#total.`);
    return {
      file: text,
      name: null,
      measure: async (file, request, environment) => (await profiler()).profileFile({ file }, request, environment),
    };
  }
  const { file, name } = read(text);
  if (isNotebook(file)) return { file, name, measure: (notebook, ...how) => measureCell(notebook, name, ...how) };
  const measure: NamedTarget['measure'] = async (source, request, environment) => {
    const { profileFunction } = await profiler();
    const wanted = { ...request, file: source, target: { name } };
    if (variablesOf === undefined) return profileFunction(wanted, environment);
    return withNotebook(variablesOf, (notebook) => profileFunction({ ...wanted, notebook }, environment));
  };
  return { file, name, measure };
}

/** Loaded while the profiler's process already starts. */
function profiler() {
  return import('../profile/profiler.ts');
}

function read(text: string): { file: string; name: string } {
  try {
    return readTarget(text);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

export function isNotebook(file: string): boolean {
  return /\.memoir\.[jt]s$/.test(file);
}

/** A cell by its name, its title, or a variable that it declares; what other cells gave is taken from the cache. */
async function measureCell(
  file: string,
  name: string,
  request: MeasuringRequest,
  environment: ProfilerEnvironment,
): Promise<Profiled> {
  return withNotebook(file, async (choice) => {
    const { program } = choice;
    const cells = [...program.cells.values()];
    const declares = (id: (typeof cells)[number]['id']) => program.analysis(id).declarations.map((one) => one.name);
    const cell =
      cells.find(({ options, title, label }) => [options.name, title, label].includes(name)) ??
      cells.find(({ id }) => declares(id).includes(name));
    const known = cells.map(({ label }) => label).join(', ');
    if (!cell) throw new UserError(`There is no cell "${name}" in ${file}. It has ${known}.`);
    return (await profiler()).profileCell({ ...choice, cell: cell.id }, request, environment);
  });
}

/** Does something with what a notebook's cells gave last. */
async function withNotebook<T>(file: string, work: (choice: NotebookChoice) => Promise<T>): Promise<T> {
  const [{ knownRecords }, { openNotebook }] = await Promise.all([
    import('../profile/cellTarget.ts'),
    import('./notebook.ts'),
  ]);
  const { session, cacheDirectory, close } = await openNotebook(file);
  try {
    await session.look();
    const { program } = session;
    return await work({ notebook: resolve(file), program, records: knownRecords(program, session), cacheDirectory });
  } finally {
    await close();
  }
}
