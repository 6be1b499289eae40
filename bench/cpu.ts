import { readdirSync, readFileSync } from 'node:fs';

/** What each process that this one started has computed so far, and this one itself, in milliseconds. */
export interface CpuTimes {
  readonly own: number;
  readonly started: ReadonlyMap<number, number>;
}

/** Null where the system does not tell. */
export function cpuTimes(): CpuTimes | null {
  if (process.platform !== 'linux') return null;
  const started = new Map(below(process.pid).map((pid) => [pid, ms(pid)]));
  return { started, own: ownMs() }; // in this order, as asking takes time as well
}

/** What was computed since; what ended meanwhile no longer tells. */
export function cpuSince(before: CpuTimes | null): number | null {
  if (!before) return null;
  const own = ownMs() - before.own;
  return below(process.pid).reduce((sum, pid) => sum + ms(pid) - (before.started.get(pid) ?? 0), own);
}

function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The processes that a process started, and those that these did. */
function below(pid: number): number[] {
  const own = threadsOf(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '));
  const children = own.filter(Boolean).map(Number);
  return [...children, ...children.flatMap(below)];
}

/** Linux counts each thread's time to the nanosecond, but that of a whole process in hundredths of a second. */
function ms(pid: number): number {
  return threadsOf(pid).reduce(
    (sum, thread) => sum + Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6,
    0,
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has ended
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
