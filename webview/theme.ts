import { type Disposable, onDispose } from '../src/base/disposable.ts';
import type { ChartTheme, ThemeKind } from './chartTheme.ts';

/** The reader's theme as the page's style variables give it now. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const variable = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const kind = themeKind();
  const dark = isDark(kind);
  return {
    kind,
    foreground: variable('--vscode-foreground', dark ? '#cccccc' : '#3b3b3b'),
    background: variable('--vscode-editor-background', dark ? '#1f1f1f' : '#ffffff'),
    font: variable('--vscode-font-family', 'system-ui, sans-serif'),
  };
}

/** What kind of theme the page has; VS Code writes it on the body. */
export function themeKind(): ThemeKind {
  const { classList, dataset } = document.body;
  const named =
    KINDS.find(([name]) => dataset.vscodeThemeKind === name) ?? KINDS.find(([name]) => classList.contains(name));
  if (named) return named[1];
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** VS Code's names; a high-contrast light body has both high-contrast classes, so the longer name comes first. */
const KINDS = [
  ['vscode-high-contrast-light', 'contrast-light'],
  ['vscode-high-contrast', 'contrast-dark'],
  ['vscode-dark', 'dark'],
  ['vscode-light', 'light'],
] as const;

export function isDark(kind: ThemeKind): boolean {
  return kind === 'dark' || kind === 'contrast-dark';
}

/** Calls `listener` after the theme changed. VS Code changes classes and variables in several steps; this waits for the last. */
export function watchTheme(listener: () => void): Disposable {
  let last = JSON.stringify(readTheme());
  let frame = 0;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const now = JSON.stringify(readTheme());
      if (now === last) return;
      last = now;
      listener();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind', 'style'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  return onDispose(() => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  });
}
