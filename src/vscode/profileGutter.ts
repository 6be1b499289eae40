import * as vscode from 'vscode';

/** A mark in the gutter: a share in percent on the colour of its heat, or, for code that has changed, in a grey frame. */
export function gutterMark(percent: number, step: number, stale: boolean, colours: readonly string[]): vscode.Uri {
  const fill = colours[step]!; // five steps, five colours
  const text = percent < 0.5 ? '·' : String(Math.round(percent));
  const size = text.length > 2 ? 8 : 10;
  const box = stale
    ? `<rect x="1.5" y="2.5" width="15" height="13" rx="2" fill="none" stroke="${STALE}"/>`
    : `<rect x="1" y="2" width="16" height="14" rx="2" fill="${fill}"/>`;
  const ink = stale ? STALE : inkOn(fill);
  const label = `<text x="9" y="${9 + size * 0.36}" text-anchor="middle" font-family="sans-serif" font-size="${size}" font-weight="600" fill="${ink}">${text}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="18" height="18" viewBox="0 0 18 18">${box}${label}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, true);
}

/** The colours of heat for the theme in use. An image cannot refer to a theme's colours, so these are our own defaults. */
export function heatColours(extension: { readonly packageJSON: unknown }): readonly string[] {
  const { contributes } = extension.packageJSON as Manifest; // our own package.json
  const kind = THEMES[vscode.window.activeColorTheme.kind];
  return contributes.colors.filter(({ id }) => id.startsWith('memoir.heat')).map(({ defaults }) => defaults[kind]);
}

interface Manifest {
  readonly contributes: {
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<ThemeName, string>> }[];
  };
}

type ThemeName = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

const THEMES: Readonly<Record<vscode.ColorThemeKind, ThemeName>> = {
  [vscode.ColorThemeKind.Light]: 'light',
  [vscode.ColorThemeKind.Dark]: 'dark',
  [vscode.ColorThemeKind.HighContrast]: 'highContrast',
  [vscode.ColorThemeKind.HighContrastLight]: 'highContrastLight',
};

/** Readable on light and dark. */
const STALE = '#8a8a8a';

/** Black or white, whichever has the higher contrast (WCAG 2.2, relative luminance). */
function inkOn(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
