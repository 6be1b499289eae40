type Child = Node | string;

/** An element with attributes, and children that stand as text, never as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean | null | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

const sheets = new Map<string, CSSStyleSheet>();

/** A place of our own inside `element`, styled by these sheets alone; what stood in `element` before is gone. */
export function placeIn(element: HTMLElement, ...styles: readonly string[]): ShadowRoot {
  const host = h('div'); // not the element itself: another renderer may draw there next, and a shadow root stays
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = styles.map(sheetOf);
  element.replaceChildren(host);
  return root;
}

/** The one style sheet of a text. */
export function sheetOf(css: string): CSSStyleSheet {
  let sheet = sheets.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet(); // not subject to the page's style policy, as a <style> element would be
    sheet.replaceSync(css);
    sheets.set(css, sheet);
  }
  return sheet;
}
