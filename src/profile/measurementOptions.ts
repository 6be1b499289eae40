import type { Touched } from '../protocol/profiler.ts';
import type { PassRunner } from './profilerProcess.ts';

/** Where profiling is, for whoever waits. */
export type ProfilePhase =
  | 'preparing'
  | 'first call'
  | 'timing'
  | 'sampling'
  | 'memory'
  | 'leaks'
  | 'waiting'
  | 'counting'
  | 'callers';

/** What is measured how, and who is told. */
export interface MeasurementOptions {
  readonly runner: PassRunner;
  /** Working directory of the function. */
  readonly cwd: string;
  /** False for what can be called only once, such as a whole file. */
  readonly repeats: boolean;
  readonly seconds: number;
  readonly runs: number | null;
  readonly memoryMB: number;
  /** Passes that are taken only when asked for. */
  readonly memory: boolean;
  readonly leak: boolean;
  readonly onPhase: (phase: ProfilePhase) => void;
  readonly onConsent: (touched: readonly Touched[]) => Promise<boolean>;
}
