/** One line of a tree, as data. */
export interface TreeNode {
  /** Stable while the thing it stands for lives: what is unfolded and selected stays so. */
  readonly id: string;
  readonly label: string;
  /** Dimmed, behind the label. */
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** A codicon's name, and the theme colour it has where it stands for a state. */
  readonly icon?: string;
  readonly colour?: string;
  /** What menus look at. */
  readonly context?: string;
  readonly command?: { readonly id: string; readonly arguments?: readonly unknown[] };
  readonly children?: readonly TreeNode[];
  readonly unfolded?: boolean;
}
