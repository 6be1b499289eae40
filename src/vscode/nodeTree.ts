import * as vscode from 'vscode';
import type { TreeNode } from './treeNode.ts';

/** Shows nodes in a view, where they go by their ids; only what differs from what is shown is drawn again. */
export class NodeTree implements vscode.TreeDataProvider<string> {
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  readonly #nodes = new Map<string, TreeNode>();
  #roots: readonly TreeNode[] = [];

  readonly onDidChangeTreeData = this.#changed.event;

  show(roots: readonly TreeNode[]): void {
    const before = this.#roots;
    this.#roots = roots;
    this.#nodes.clear();
    this.#index(roots);
    if (ids(roots) !== ids(before)) this.#changed.fire(undefined);
    else for (const [i, root] of roots.entries()) this.#redraw(root, before[i]!);
  }

  /** Draws as little as possible again: what is drawn loses its tooltip under the reader's pointer. */
  #redraw(node: TreeNode, before: TreeNode): void {
    const { children = [], ...own } = node;
    const { children: childrenBefore = [], ...ownBefore } = before;
    const differs = JSON.stringify(own) !== JSON.stringify(ownBefore) || ids(children) !== ids(childrenBefore);
    if (differs) this.#changed.fire(node.id);
    else for (const [i, child] of children.entries()) this.#redraw(child, childrenBefore[i]!);
  }

  node(id: string): TreeNode | undefined {
    return this.#nodes.get(id);
  }

  getChildren(id?: string): string[] {
    const nodes = id === undefined ? this.#roots : (this.#nodes.get(id)?.children ?? []);
    return nodes.map((node) => node.id);
  }

  getTreeItem(id: string): vscode.TreeItem {
    const node = this.#nodes.get(id);
    if (!node) return new vscode.TreeItem(''); // gone since the view asked for its siblings
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const state = node.children?.length ? (node.unfolded ? Expanded : Collapsed) : None;
    const item = new vscode.TreeItem(node.label, state);
    item.id = id;
    if (node.description !== undefined) item.description = node.description;
    if (node.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(node.tooltip, true);
    if (node.icon)
      item.iconPath = new vscode.ThemeIcon(node.icon, node.colour ? new vscode.ThemeColor(node.colour) : undefined);
    if (node.context) item.contextValue = node.context;
    const { command } = node;
    if (command) item.command = { command: command.id, title: node.label, arguments: [...(command.arguments ?? [])] };
    item.accessibilityInformation = { label: [node.label, node.description].filter(Boolean).join(', ') };
    return item;
  }

  #index(nodes: readonly TreeNode[]): void {
    for (const node of nodes) {
      this.#nodes.set(node.id, node);
      this.#index(node.children ?? []);
    }
  }
}

function ids(nodes: readonly TreeNode[]): string {
  return JSON.stringify(nodes.map(({ id }) => id));
}
