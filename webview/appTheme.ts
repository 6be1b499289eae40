import { setPageTheme } from './pageTheme.ts';

type Scheme = 'light' | 'dark';

/** The app's own colours, in place of the editor's. */
const COLOURS: Readonly<Record<Scheme, Readonly<Record<string, string>>>> = {
  light: {
    foreground: '#1d2129',
    descriptionForeground: '#5b6270',
    'editor-background': '#ffffff',
    errorForeground: '#b3261e',
    focusBorder: '#0b6e6e',
    'button-background': '#0b6e6e',
    'button-hoverBackground': '#095959',
    'textLink-foreground': '#0a6363',
    'textCodeBlock-background': '#f3f2ee',
    'input-border': '#c9c7c0',
    'settings-textInputBorder': '#c9c7c0',
    'settings-numberInputBorder': '#c9c7c0',
    'settings-dropdownBorder': '#c9c7c0',
    'dropdown-border': '#c9c7c0',
    'progressBar-background': '#0b6e6e',
    // the editor's own are too pale on paper that is not quite white
    'debugTokenExpression-number': '#087a50',
    'debugTokenExpression-error': '#b3261e',
    'debugTokenExpression-type': '#2a6bb8',
  },
  dark: {
    foreground: '#e4e4e0',
    descriptionForeground: '#a3a8b3',
    'editor-background': '#1c1f25',
    errorForeground: '#ffb4ab',
    focusBorder: '#5fc9c4',
    'button-background': '#5fc9c4',
    'button-foreground': '#08302f',
    'button-hoverBackground': '#7cd6d2',
    'textLink-foreground': '#74d3ce',
    'textCodeBlock-background': '#262a32',
    'progressBar-background': '#5fc9c4',
  },
};

const SHARED = {
  'font-family': '"Inter", "Segoe UI Variable", "Segoe UI", system-ui, -apple-system, "Noto Sans", sans-serif',
};

const KEPT = 'memoir-scheme';
const [dark, contrast, print] = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', 'print'].map((query) =>
  matchMedia(query),
) as [MediaQueryList, MediaQueryList, MediaQueryList];

/** Gives the page the colours that the reader prefers, now and whenever that changes; paper is light. */
export function followTheme(): void {
  for (const query of [dark, contrast, print]) query.addEventListener('change', apply);
  addEventListener('beforeprint', () => paint('light'));
  addEventListener('afterprint', apply);
  apply();
}

/** Changes between light and dark, and remembers it. */
export function toggleScheme(): void {
  localStorage.setItem(KEPT, scheme() === 'dark' ? 'light' : 'dark');
  apply();
}

function scheme(): Scheme {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : dark.matches ? 'dark' : 'light';
}

function apply(): void {
  paint(print.matches ? 'light' : scheme());
}

function paint(name: Scheme): void {
  const { style } = document.documentElement;
  style.colorScheme = name;
  if (contrast.matches) {
    setPageTheme(name === 'dark' ? 'contrast' : 'contrastLight');
    return;
  }
  setPageTheme(name);
  for (const [token, value] of Object.entries({ ...SHARED, ...COLOURS[name] }))
    style.setProperty(`--vscode-${token}`, value);
}
