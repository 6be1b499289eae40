/** A theme as VS Code writes it on a webview's page: class of the body and style variables. */
export interface PageTheme {
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

const shared = {
  'font-family': 'system-ui, sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': 'ui-monospace, monospace',
  'editor-font-size': '12px',
};

/** Values of VS Code's own default themes, the tokens that outputs use. */
export const PAGE_THEMES = {
  light: theme('vscode-light', {
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'button-secondaryHoverBackground': '#cccccc',
    'inputValidation-errorBackground': '#f2dede',
    'inputValidation-errorBorder': '#be1100',
    'editorWarning-foreground': '#895503',
    'charts-green': '#388a34',
    'charts-red': '#c0341d',
    'textCodeBlock-background': '#f8f8f8',
    foreground: '#3b3b3b',
    descriptionForeground: '#3b3b3b',
    errorForeground: '#f85149',
    focusBorder: '#005fb8',
    'editor-background': '#ffffff',
    'button-background': '#005fb8',
    'button-hoverBackground': '#0258a8',
    'badge-background': '#cccccc',
    'badge-foreground': '#3b3b3b',
    'input-background': '#ffffff',
    'input-border': '#cecece',
    'input-foreground': '#3b3b3b',
    'input-placeholderForeground': '#767676',
    'dropdown-background': '#ffffff',
    'dropdown-border': '#cecece',
    'dropdown-foreground': '#3b3b3b',
    'checkbox-background': '#f8f8f8',
    'checkbox-border': '#cecece',
    'checkbox-foreground': '#3b3b3b',
    'list-hoverBackground': '#f2f2f2',
    'icon-foreground': '#3b3b3b',
    'editorHoverWidget-background': '#f8f8f8',
    'editorHoverWidget-border': '#c8c8c8',
    'widget-shadow': '#00000029',
    'textLink-foreground': '#005fb8',
    'debugTokenExpression-name': '#9b46b0',
    'debugTokenExpression-string': '#a31515',
    'debugTokenExpression-boolean': '#0000ff',
    'debugTokenExpression-number': '#098658',
    'debugTokenExpression-error': '#e51400',
    'debugTokenExpression-type': '#4a90e2',
    'scrollbarSlider-background': '#64646466',
  }),
  dark: theme('vscode-dark', {
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'button-secondaryHoverBackground': '#3c3c3c',
    'inputValidation-errorBackground': '#5a1d1d',
    'inputValidation-errorBorder': '#be1100',
    'editorWarning-foreground': '#cca700',
    'charts-green': '#89d185',
    'charts-red': '#f48771',
    'textCodeBlock-background': '#2b2b2b',
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    errorForeground: '#f85149',
    focusBorder: '#0078d4',
    'editor-background': '#1f1f1f',
    'button-background': '#0078d4',
    'button-hoverBackground': '#026ec1',
    'badge-background': '#616161',
    'badge-foreground': '#f8f8f8',
    'input-background': '#313131',
    'input-border': '#3c3c3c',
    'input-foreground': '#cccccc',
    'input-placeholderForeground': '#989898',
    'dropdown-background': '#313131',
    'dropdown-border': '#3c3c3c',
    'dropdown-foreground': '#cccccc',
    'checkbox-background': '#313131',
    'checkbox-border': '#3c3c3c',
    'checkbox-foreground': '#cccccc',
    'list-hoverBackground': '#2a2d2e',
    'icon-foreground': '#cccccc',
    'editorHoverWidget-background': '#202020',
    'editorHoverWidget-border': '#454545',
    'widget-shadow': '#0000005c',
    'textLink-foreground': '#4daafc',
    'debugTokenExpression-name': '#c586c0',
    'debugTokenExpression-string': '#ce9178',
    'debugTokenExpression-boolean': '#4e94ce',
    'debugTokenExpression-number': '#b5cea8',
    'debugTokenExpression-error': '#f48771',
    'debugTokenExpression-type': '#4a90e2',
    'scrollbarSlider-background': '#79797966',
  }),
  contrast: theme('vscode-high-contrast', {
    'button-foreground': '#ffffff',
    'button-secondaryForeground': '#ffffff',
    'button-border': '#6fc3df',
    'inputValidation-errorBackground': '#000000',
    'inputValidation-errorBorder': '#6fc3df',
    'editorWarning-foreground': '#ffd370',
    'charts-green': '#89d185',
    'charts-red': '#f48771',
    'textCodeBlock-background': '#000000',
    foreground: '#ffffff',
    descriptionForeground: '#ffffffb3',
    errorForeground: '#f48771',
    focusBorder: '#f38518',
    contrastBorder: '#6fc3df',
    'editor-background': '#000000',
    'button-background': '#000000',
    'badge-background': '#000000',
    'badge-foreground': '#ffffff',
    'input-background': '#000000',
    'input-border': '#6fc3df',
    'input-foreground': '#ffffff',
    'dropdown-background': '#000000',
    'dropdown-border': '#6fc3df',
    'dropdown-foreground': '#ffffff',
    'checkbox-background': '#000000',
    'checkbox-border': '#6fc3df',
    'checkbox-foreground': '#ffffff',
    'list-hoverBackground': '#ffffff1a',
    'icon-foreground': '#ffffff',
    'editorHoverWidget-background': '#0c141f',
    'editorHoverWidget-border': '#6fc3df',
    'textLink-foreground': '#21a6ff',
    'debugTokenExpression-name': '#ffffff',
    'debugTokenExpression-string': '#f48771',
    'debugTokenExpression-boolean': '#75bdfe',
    'debugTokenExpression-number': '#89d185',
    'debugTokenExpression-error': '#f48771',
    'debugTokenExpression-type': '#75bdfe',
    'scrollbarSlider-background': '#6fc3df99',
  }),
  contrastLight: theme('vscode-high-contrast-light', {
    'button-foreground': '#ffffff',
    'button-secondaryBackground': '#ffffff',
    'button-secondaryForeground': '#292929',
    'button-border': '#0f4a85',
    'inputValidation-errorBackground': '#ffffff',
    'inputValidation-errorBorder': '#0f4a85',
    'editorWarning-foreground': '#895503',
    'charts-green': '#374e06',
    'charts-red': '#b5200d',
    'textCodeBlock-background': '#ffffff',
    foreground: '#292929',
    descriptionForeground: '#292929b3',
    errorForeground: '#b5200d',
    focusBorder: '#006bbd',
    contrastBorder: '#0f4a85',
    'editor-background': '#ffffff',
    'button-background': '#0f4a85',
    'badge-background': '#0f4a85',
    'badge-foreground': '#ffffff',
    'input-background': '#ffffff',
    'input-border': '#0f4a85',
    'input-foreground': '#292929',
    'dropdown-background': '#ffffff',
    'dropdown-border': '#0f4a85',
    'dropdown-foreground': '#292929',
    'checkbox-background': '#ffffff',
    'checkbox-border': '#0f4a85',
    'checkbox-foreground': '#292929',
    'list-hoverBackground': '#0f4a851a',
    'icon-foreground': '#292929',
    'editorHoverWidget-background': '#ffffff',
    'editorHoverWidget-border': '#0f4a85',
    'textLink-foreground': '#0f4a85',
    'debugTokenExpression-string': '#a31515',
    'debugTokenExpression-boolean': '#0000ff',
    'debugTokenExpression-number': '#098658',
    'debugTokenExpression-error': '#b5200d',
    'scrollbarSlider-background': '#0f4a8566',
  }),
} as const;

function theme(kind: string, colours: Readonly<Record<string, string>>): PageTheme {
  const variables = Object.entries({ ...shared, ...settings(colours), ...colours });
  return { kind, variables: Object.fromEntries(variables.map(([name, value]) => [`--vscode-${name}`, value])) };
}

/** The tokens of VS Code's settings page, which its controls elsewhere share. */
function settings(colours: Readonly<Record<string, string>>): Record<string, string> {
  const places = { textInput: 'input', numberInput: 'input', dropdown: 'dropdown', checkbox: 'checkbox' };
  const pairs = Object.entries(places).flatMap(([place, token]) =>
    ['background', 'foreground', 'border'].map((part) => [
      `settings-${place}${part[0]!.toUpperCase()}${part.slice(1)}`,
      colours[`${token}-${part}`],
    ]),
  );
  return Object.fromEntries(pairs.filter(([, colour]) => colour !== undefined));
}

/** Gives a page that is not VS Code's a theme as VS Code would: `light`, `dark` or one of high contrast. */
export function setPageTheme(name: keyof typeof PAGE_THEMES): void {
  const { kind, variables } = PAGE_THEMES[name];
  const { style } = document.documentElement;
  for (const other of Object.values(PAGE_THEMES)) {
    document.body.classList.remove(other.kind);
    for (const variable of Object.keys(other.variables)) style.removeProperty(variable);
  }
  document.body.classList.add(kind);
  document.body.dataset.vscodeThemeKind = kind;
  for (const [variable, value] of Object.entries(variables)) style.setProperty(variable, value);
}
