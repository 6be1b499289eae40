import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { NodeTree } from './nodeTree.ts';
import type { KeptProfile, ProfileHistory } from './profileHistory.ts';
import { summaryOf } from './profileSummary.ts';

/** The list of profiles that were taken, the latest first. */
export class ProfilesTree implements Disposable {
  readonly #history: ProfileHistory;
  readonly #tree = new NodeTree();
  readonly #store = new DisposableStore();
  #kept: readonly KeptProfile[] = [];

  constructor(history: ProfileHistory) {
    this.#history = history;
    const view = this.#store.add(vscode.window.createTreeView('memoir.profiles', { treeDataProvider: this.#tree }));
    this.#store.add(view.onDidChangeVisibility(({ visible }) => visible && this.refresh()));
    void this.refresh();
  }

  async refresh(): Promise<void> {
    this.#kept = await this.#history.list();
    this.#tree.show(
      this.#kept.map(({ id, at, commit, result }) => ({
        id,
        label: result.target.name,
        description: `${summaryOf(result)} · ${new Date(at).toLocaleString()}`,
        icon: result.outcome === 'measured' || result.outcome === 'once' ? 'flame' : 'warning',
        context: 'profile',
        tooltip: [
          `**${result.target.name}** in ${vscode.workspace.asRelativePath(result.target.file)}`,
          `arguments \`${result.target.args}\`${commit ? `, commit ${commit}` : ''}`,
          ...result.notes,
        ].join('\n\n'),
        command: { id: 'memoir.showFlameChart', arguments: [id] },
      })),
    );
  }

  /** The profile of a line, or the latest one. */
  find(id: unknown): KeptProfile | undefined {
    return this.#kept.find((kept) => kept.id === id) ?? (typeof id === 'string' ? undefined : this.#kept[0]);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
