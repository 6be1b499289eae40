import type { ChartMeta } from './output.ts';
import type { FlameModel, ProfileComparison, ProfileResult, StackDifference } from './profileResult.ts';

/** What a panel shows, by which it is found again when its window is opened again. */
export type PanelState = ShownNotebook | ShownProfile;

interface ShownNotebook {
  /** Its address. */
  readonly notebook: string;
}

interface ShownProfile {
  /** Id of a kept profile. */
  readonly profile: string;
  /** Id of the one it is compared with. */
  readonly than: string | null;
}

/** Posted to a page that said that it is there: the editor hands the state back with the panel. */
export interface KeepEvent {
  readonly type: 'keep';
  readonly state: PanelState;
}

/** One profile of one function as its page draws it. */
export interface ProfileView {
  readonly result: ProfileResult;
  /** When it was measured, ISO 8601. */
  readonly at: string;
  /** Short id of the commit that was checked out; null outside a repository. */
  readonly commit: string | null;
  /** How much longer a call took while it was sampled, as a share (0.05 is 5 %); null when it was not compared. */
  readonly overhead: number | null;
  /** Paths as the reader knows them, relative to the workspace, by absolute path. */
  readonly paths: Readonly<Record<string, string>>;
  /** Text of the hot lines, by absolute path and line. */
  readonly source: Readonly<Record<string, Readonly<Record<number, string>>>>;
  /** Vega-Lite of how the times of single calls are spread, with the Vega it compiles to; null without a timing pass. */
  readonly runTimes: RunTimesChart | null;
  /** Null when there were no samples. */
  readonly flame: FlameModel | null;
  /** Who allocates, in bytes; null where that was not measured. */
  readonly allocation: FlameModel | null;
  /** What changed since another profile; null where none is compared with. */
  readonly comparison: ComparisonView | null;
}

export interface ComparisonView {
  /** What is compared with, in words: `the profile of 3:12 PM`. */
  readonly than: string;
  readonly comparison: ProfileComparison;
  /** Null where one of the two was not sampled. */
  readonly stacks: StackDifference | null;
}

/** A profile file from anywhere as its page draws it. */
export interface ProfileFileView {
  readonly title: string;
  /** What the numbers are: microseconds, or bytes. */
  readonly unit: 'us' | 'bytes';
  readonly samples: number;
  readonly stacks: FlameModel;
  /** In the order in which things ran; null where the file does not tell. */
  readonly timeline: FlameModel | null;
  /** Paths as the reader knows them, by absolute path. */
  readonly paths: Readonly<Record<string, string>>;
}

export interface RunTimesChart extends Readonly<Record<string, unknown>> {
  readonly description: string;
  readonly usermeta: { readonly memoir: ChartMeta };
}

/** What the page posts: `ready` once, then what the reader asks for. */
export type ProfilePageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'openLine'; readonly file: string; readonly line: number }
  | { readonly type: 'export' }
  /** Profile the same function again; for that long, or as usual. */
  | { readonly type: 'again'; readonly seconds: number | null };

/** What the extension posts to the page, after `ready` and whenever the profile changes. */
export type ProfilePageEvent =
  | { readonly type: 'profile'; readonly view: ProfileView }
  | { readonly type: 'file'; readonly view: ProfileFileView };

/** Self share in percent from which each of the five steps of heat (`memoir.heat1` … `memoir.heat5`) begins. */
export const HEAT_FROM = [0, 2, 8, 20, 45] as const;
