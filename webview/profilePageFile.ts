import type { Disposable } from '../src/base/disposable.ts';
import { formatBytes, formatCount } from '../src/base/format.ts';
import type { ProfileFileView, ProfilePageMessage } from '../src/protocol/panel.ts';
import { h } from './dom.ts';
import type { FlameScale } from './flameText.ts';
import { type FlameSource, FlameViews } from './flameViews.ts';
import { measureText } from './profilePageText.ts';

/** A profile file from anywhere: flame charts, bottom-up, call tree. */
export class ProfileFilePage implements Disposable {
  readonly element: HTMLElement;
  readonly #flames: FlameViews;

  constructor(view: ProfileFileView, post: (message: ProfilePageMessage) => void) {
    const { title, unit, samples, stacks, timeline, paths } = view;
    const cost = unit === 'us' ? (us: number) => measureText(us / 1000) : formatBytes;
    const scale: FlameScale = { cost, whole: unit === 'us' ? 'time' : 'bytes', isSamples: false, paths };
    const sources: FlameSource[] = [
      ...(timeline ? [{ name: 'In time', model: timeline, scale, inTime: true }] : []),
      { name: 'Left-heavy', model: stacks, scale, inTime: false },
    ];
    this.#flames = new FlameViews(sources, (file, line) => post({ type: 'openLine', file, line }));
    const what = unit === 'us' ? 'CPU profile' : 'Heap profile';
    const sum = cost((timeline ?? stacks).totalTicks[0] ?? 0);
    this.element = h(
      'main',
      {},
      h('header', {}, h('h1', {}, title)),
      h('p', { class: 'dim' }, `${what}: ${sum}, ${formatCount(samples, 'sample')}`),
      h('section', {}, this.#flames.element),
    );
  }

  refresh(): void {
    this.#flames.refresh();
  }

  dispose(): void {
    this.#flames.dispose();
    this.element.remove();
  }
}
