import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareProfiles } from '../profile/compare.ts';
import type { MeasuringRequest } from '../profile/measureSubject.ts';
import type { Profiled } from '../profile/report.ts';
import { SpareProcess } from '../profile/spareProcess.ts';
import type { Touched } from '../protocol/profiler.ts';
import { readArguments, readInteger, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { consoleLog, readEnvironment } from './environment.ts';
import { baseline } from './profileBaseline.ts';
import { targetOf } from './profileTarget.ts';
import { comparisonText, profileText } from './profileText.ts';

/** `memoir profile`: how long a function takes, and where. */
export const profile: Command = {
  summary: 'measure a function, a cell or a file: how long it takes, and on which lines',
  usage: [
    'memoir profile <file>#<function> | <notebook>#<cell> | <file>',
    '               [--args JSON or a JS expression] [--notebook file] [--fixture file] [--captured] [--runs N] [--seconds S]',
    '               [--memory] [--leak] [--counts] [--memory-mb N] [--yes] [--cpuprofile out]',
    '               [--compare baseline.json | git-ref] [--json]',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        args: { type: 'string' },
        notebook: { type: 'string' },
        fixture: { type: 'string' },
        captured: { type: 'boolean', default: false },
        runs: { type: 'string' },
        seconds: { type: 'string' },
        'memory-mb': { type: 'string' },
        memory: { type: 'boolean', default: false },
        leak: { type: 'boolean', default: false },
        counts: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        cpuprofile: { type: 'string' },
        compare: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    if ([values.args, values.fixture, values.captured || undefined].filter((one) => one !== undefined).length > 1)
      throw new UsageError('Give either --args, --fixture or --captured.');
    if (values.notebook !== undefined && values.args === undefined)
      throw new UsageError('--notebook names where --args has its variables from. Give --args as well.');
    const { file, name, measure } = targetOf(positionals[0]!, values.notebook);
    const memoryMB = positive('memoryMB', readInteger('memory-mb', values['memory-mb']));
    const captured = values.captured ? await (await import('./profileCapture.ts')).callsOf(file, name) : null;
    const cancel = new AbortController();
    process.once('SIGINT', () => cancel.abort());
    const { compare } = values;
    const request: MeasuringRequest = {
      cwd: process.cwd(),
      signal: cancel.signal,
      memory: values.memory,
      leak: values.leak,
      counts: values.counts,
      onConsent: (touched) => consent(touched, values.yes),
      ...(values.args !== undefined && { args: values.args }),
      ...(values.fixture !== undefined && { fixture: values.fixture }),
      ...(captured && { captured }),
      ...positive('runs', readInteger('runs', values.runs)),
      ...positive('seconds', values.seconds === undefined ? null : Number(values.seconds)),
      ...memoryMB,
    };
    const spare = new SpareProcess();
    const environment = environmentWith(spare);
    spare.prepare({ ...environment, ...memoryMB }); // starts while the rest is loaded
    const before = async (from: string) =>
      baseline({ from, file, measure: async (then) => (await measure(then, request, environment)).result });
    const measured = await Promise.resolve(compare === undefined ? null : before(compare))
      .then(async (earlier) => ({ earlier, profiled: await measure(file, request, environment) }))
      .catch((error) => (cancel.signal.aborted ? null : Promise.reject(error)))
      .finally(() => spare.dispose());
    if (!measured) return 130;
    const { earlier, profiled } = measured;
    const { result } = profiled;
    const comparison = earlier && compareProfiles(earlier, result);
    if (values.cpuprofile) await save(values.cpuprofile, profiled);
    if (values.json) console.log(JSON.stringify(comparison ? { ...result, comparison } : result, null, 2));
    else console.log([profileText(result), ...(comparison ? [comparisonText(comparison)] : [])].join('\n\n'));
    return result.outcome === 'measured' || result.outcome === 'once' ? 0 : 1;
  },
};

function environmentWith(spare: SpareProcess) {
  const dist = import.meta.dirname;
  const log = consoleLog(readEnvironment().logLevel);
  return { script: join(dist, 'profile.js'), memoir: join(dist, 'library.js'), nodePath: null, log, spare };
}

function positive<K extends string>(name: K, value: number | null): { [key in K]?: number } {
  if (value === null) return {};
  if (!(value > 0)) throw new UsageError(`--${name} wants a number above 0.`);
  return { [name]: value } as { [key in K]?: number }; // a computed key has type string otherwise
}

/** Repeats only what was allowed beforehand: a command has nobody to ask. */
async function consent(touched: readonly Touched[], yes: boolean): Promise<boolean> {
  if (!yes) console.error(`The function touched the outside (${touched.join(', ')}); with --yes it is called again.`);
  return yes;
}

async function save(path: string, { cpuprofile }: Profiled): Promise<void> {
  if (cpuprofile) await writeFile(path, JSON.stringify(cpuprofile));
  else console.error('No call was sampled, so there is no CPU profile to save.');
}
