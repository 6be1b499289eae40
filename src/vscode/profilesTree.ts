import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import type { ProfileResult, ProfileTarget } from '../protocol/profileResult.ts';
import { NodeTree } from './nodeTree.ts';
import { shownPath } from './profileCells.ts';
import type { KeptProfile, ProfileHistory } from './profileHistory.ts';
import { sparkline, summaryOf } from './profileSummary.ts';

/** The list of profiles that were taken, the latest first. */
export class ProfilesTree implements Disposable {
  readonly #history: ProfileHistory;
  readonly #tree = new NodeTree();
  readonly #store = new DisposableStore();
  readonly #changed = new Emitter<void>();
  #kept: readonly KeptProfile[] = [];

  /** The list is another now. */
  readonly onChange = this.#changed.event;

  constructor(history: ProfileHistory) {
    this.#history = history;
    const view = this.#store.add(vscode.window.createTreeView('memoir.profiles', { treeDataProvider: this.#tree }));
    this.#store.add(view.onDidChangeVisibility(({ visible }) => visible && this.refresh()));
    void this.refresh();
  }

  async refresh(): Promise<void> {
    this.#kept = await this.#history.list();
    this.#changed.fire();
    this.#tree.show(
      this.#kept.map(({ id, at, commit, pinned, result }) => ({
        id,
        label: result.target.name,
        description: [
          summaryOf(result),
          this.#sparkline(result),
          shownPath(result.target.file),
          new Date(at).toLocaleString(),
        ]
          .filter(Boolean)
          .join(' · '),
        icon: pinned ? 'pinned' : result.outcome === 'measured' || result.outcome === 'once' ? 'flame' : 'warning',
        context: pinned ? 'profile.pinned' : 'profile',
        tooltip: [
          `**${result.target.name}** in ${shownPath(result.target.file)}`,
          `arguments \`${result.target.args}\`${commit ? `, commit ${commit}` : ''}`,
          ...result.notes,
        ].join('\n\n'),
        command: { id: 'memoir.showFlameChart', arguments: [id] },
      })),
    );
  }

  /** The last profile of a function, and the one that it is measured against: the baseline, else the one before. */
  lastOf({
    file,
    name,
  }: Pick<ProfileTarget, 'file' | 'name'>): readonly [KeptProfile | undefined, KeptProfile | undefined] {
    const [last, ...earlier] = this.#kept.filter(
      ({ result: { target } }) => target.file === file && target.name === name,
    );
    const baseline = earlier.find(({ pinned }) => pinned);
    return [last, last?.pinned ? undefined : (baseline ?? earlier[0])];
  }

  /** Profiles to compare one with: those of the same function first. */
  others({ id, result: { target } }: KeptProfile): KeptProfile[] {
    const isSame = ({ result }: KeptProfile) =>
      result.target.file === target.file && result.target.name === target.name;
    const others = this.#kept.filter((kept) => kept.id !== id);
    return [...others.filter(isSame), ...others.filter((kept) => !isSame(kept))];
  }

  /** The profile of a line, or the latest one. */
  find(id: unknown): KeptProfile | undefined {
    return this.#kept.find((kept) => kept.id === id) ?? (typeof id === 'string' ? undefined : this.#kept[0]);
  }

  /** The medians of a function over its profiles, the oldest first; nothing for a single one. */
  #sparkline({ target }: ProfileResult): string {
    const isSame = ({ result }: KeptProfile) =>
      result.target.file === target.file && result.target.name === target.name;
    const medians = this.#kept.filter(isSame).flatMap(({ result }) => result.timing?.medianMs ?? []);
    return medians.length > 1 ? sparkline(medians.slice(0, 8).reverse()) : '';
  }

  dispose(): void {
    this.#store.dispose();
    this.#changed.dispose();
  }
}
