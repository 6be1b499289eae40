/** A notebook's graph as its page draws it. */
export interface GraphView {
  readonly notebook: string;
  /** In page order. */
  readonly nodes: readonly GraphNodeView[];
  readonly edges: readonly GraphEdgeView[];
}

export interface GraphNodeView {
  readonly id: string;
  readonly label: string;
  /** The names that it hands to others. */
  readonly names: readonly string[];
  /** In a word or two: `computed`, `disk`, `stale`, `waiting for Load`. */
  readonly status: string;
  readonly state: 'fresh' | 'stale' | 'running' | 'failed' | 'disabled';
  /** Of its last run; null before there was one. */
  readonly ms: number | null;
  /** Its part of the time of all cells, from 0 to 1. */
  readonly share: number;
  /** Touched the clock, the network, …. */
  readonly impure: boolean;
}

export interface GraphEdgeView {
  readonly from: string;
  readonly to: string;
  /** What the one takes from the other. */
  readonly names: readonly string[];
}

/** What the page posts: `ready` once, then what the reader asks for. */
export type GraphPageMessage = { readonly type: 'ready' } | { readonly type: 'openCell'; readonly id: string };

/** What the extension posts to the page, after `ready` and whenever a cell's state changes. */
export type GraphPageEvent = { readonly type: 'graph'; readonly view: GraphView };
