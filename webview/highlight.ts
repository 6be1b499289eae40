// The only module that imports highlight.js: it is loaded when the first code is shown.
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

for (const [name, language] of Object.entries({ bash, css, json, markdown, python, sql, typescript, xml, yaml }))
  hljs.registerLanguage(name, language);

/** Longer texts stay plain: colouring them would stop the page. */
const MAX_LENGTH = 200_000;

/** Code with its parts in elements of classes `hljs-…`; null for a language that is not known here. */
export function highlight(code: string, language: string): DocumentFragment | null {
  if (!hljs.getLanguage(language) || code.length > MAX_LENGTH) return null;
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true });
  return document.createRange().createContextualFragment(value); // the library escapes what is not its own markup
}
