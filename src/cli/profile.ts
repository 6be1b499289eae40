import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { formatBytes, formatCount, formatDuration } from '../base/format.ts';
import { profileFunction } from '../profile/profiler.ts';
import { readTarget } from '../profile/program.ts';
import type { Profiled } from '../profile/report.ts';
import type { AllocationCost, FunctionCost, LineCost, ProfileResult, Touched } from '../protocol/profiler.ts';
import { readArguments, readInteger, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { consoleLog, readEnvironment } from './environment.ts';

/** `memoir profile`: how long a function takes, and where. */
export const profile: Command = {
  summary: 'measure a function: how long it takes, and on which lines',
  usage: [
    'memoir profile <file>#<function> [--args JSON or a JS expression] [--fixture file] [--runs N] [--seconds S]',
    '               [--memory] [--leak] [--memory-mb N] [--yes] [--cpuprofile out] [--json]',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      {
        args: { type: 'string' },
        fixture: { type: 'string' },
        runs: { type: 'string' },
        seconds: { type: 'string' },
        'memory-mb': { type: 'string' },
        memory: { type: 'boolean', default: false },
        leak: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
        cpuprofile: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      1,
    );
    if (values.args !== undefined && values.fixture !== undefined)
      throw new UsageError('Give either --args or --fixture.');
    const { file, name } = targetOf(positionals[0]!);
    const cancel = new AbortController();
    process.once('SIGINT', () => cancel.abort());
    const profiled = await profileFunction(
      {
        file,
        target: { name },
        cwd: process.cwd(),
        signal: cancel.signal,
        memory: values.memory,
        leak: values.leak,
        onConsent: (touched) => consent(touched, values.yes),
        ...(values.args !== undefined && { args: values.args }),
        ...(values.fixture !== undefined && { fixture: values.fixture }),
        ...positive('runs', readInteger('runs', values.runs)),
        ...positive('seconds', values.seconds === undefined ? null : Number(values.seconds)),
        ...positive('memoryMB', readInteger('memory-mb', values['memory-mb'])),
      },
      environment(),
    ).catch((error) => (cancel.signal.aborted ? null : Promise.reject(error)));
    if (!profiled) return 130;
    if (values.cpuprofile) await save(values.cpuprofile, profiled);
    const { result } = profiled;
    console.log(values.json ? JSON.stringify(result, null, 2) : profileText(result));
    return result.outcome === 'measured' || result.outcome === 'once' ? 0 : 1;
  },
};

function environment() {
  const dist = import.meta.dirname;
  const log = consoleLog(readEnvironment().logLevel);
  return { script: join(dist, 'profile.js'), memoir: join(dist, 'index.js'), nodePath: null, log };
}

function targetOf(text: string): { file: string; name: string } {
  try {
    return readTarget(text);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
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

function profileText({ target, outcome, timing, cpu, error, notes, ...costs }: ProfileResult): string {
  const blocks = [`${target.name}  ${place(target.file, target.line)}`];
  if (error) blocks.push(error.stack ?? `${error.name}: ${error.message}`);
  if (timing && outcome !== 'deadline') {
    const { medianMs, ci95, p95Ms, runs } = timing;
    const interval = ci95 ? ` (95 % between ${formatDuration(ci95[0])} and ${formatDuration(ci95[1])})` : '';
    blocks.push(`median ${formatDuration(medianMs)}${interval}, p95 ${formatDuration(p95Ms)}, ${runs} runs`);
  }
  if (cpu?.lines.length) blocks.push(table('line', cpu.lines, ({ file, line }) => place(file, line)));
  if (cpu?.functions.length) {
    blocks.push(
      table('function', cpu.functions, ({ name, file, line }) => (file ? `${name}  ${place(file, line)}` : name)),
    );
  }
  return [...blocks, ...memoryText(costs), ...notes].join('\n\n');
}

function memoryText({
  memory,
  gc,
  eventLoop,
  leak,
}: Pick<ProfileResult, 'memory' | 'gc' | 'eventLoop' | 'leak'>): string[] {
  const blocks: string[] = [];
  if (memory) {
    const sum = `allocates ${formatBytes(memory.bytesPerCall)} ± ${formatBytes(memory.plusMinus)} per call`;
    blocks.push([sum, ...memory.functions.slice(0, 8).map(allocationText)].join('\n'));
  }
  if (gc) {
    const pauses = `${gc.count} garbage collections in ${formatCount(gc.calls, 'call')}`;
    blocks.push(`${pauses}, ${formatDuration(gc.pauseMs)} together, the longest ${formatDuration(gc.longestMs)}`);
  }
  if (eventLoop) blocks.push(`blocks the event loop for up to ${formatDuration(eventLoop.longestMs)}`);
  if (leak && leak.bytesPerCall === 0) blocks.push(`leaves nothing behind in ${formatCount(leak.calls, 'call')}`);
  else if (leak) {
    const [low, high] = leak.ci95.map(formatBytes);
    const sum = `leaves ${formatBytes(leak.bytesPerCall)} behind per call (95 % between ${low} and ${high}), allocated in`;
    blocks.push([sum, ...leak.sites.slice(0, 5).map(allocationText)].join('\n'));
  }
  return blocks;
}

function allocationText({ name, file, line, percent, selfBytes }: AllocationCost): string {
  const share = `${percent.toFixed(1)} %`.padStart(14);
  return `${share}${formatBytes(selfBytes).padStart(14)}  ${name}${file ? `  ${place(file, line)}` : ''}`;
}

function table<T extends LineCost | FunctionCost>(
  title: string,
  costs: readonly T[],
  label: (cost: T) => string,
): string {
  const rows = costs.slice(0, 12).map((cost) => {
    const share = `${cost.percent.toFixed(1)} % ±${cost.plusMinus.toFixed(1)}`;
    return (
      [share, formatDuration(cost.selfMs), formatDuration(cost.totalMs)].map((cell) => cell.padStart(14)).join('') +
      `  ${label(cost)}`
    );
  });
  return [`${['self', 'self', 'total'].map((cell) => cell.padStart(14)).join('')}  ${title}`, ...rows].join('\n');
}

function place(file: string, line: number | null): string {
  const short = relative(process.cwd(), file);
  return `${short.startsWith('..') ? file : short}${line === null ? '' : `:${line}`}`;
}
