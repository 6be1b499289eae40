import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { longMarkdown } from '../src/protocol/output.ts';
import { h } from './dom.ts';
import css from './markdown.css';
import type { OutputView, ViewItem } from './outputView.ts';

const reader = new MarkdownIt({ html: true, linkify: true });

/** Markdown as a page shows it: with the HTML that it may hold, and without anything in it that could run. */
export class Markdown implements OutputView {
  readonly css = css;
  readonly element = h('div', { class: 'markdown' });

  constructor(text: string) {
    this.#draw(text);
  }

  update(item: ViewItem): boolean {
    if (longMarkdown(item.text())) return false;
    this.#draw(item.text());
    return true;
  }

  dispose(): void {
    this.element.remove();
  }

  #draw(text: string): void {
    const safe = DOMPurify.sanitize(reader.render(text), {
      RETURN_DOM_FRAGMENT: true,
      USE_PROFILES: { html: true },
      FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select'],
      FORBID_ATTR: ['id', 'name'], // nothing may pass for a part of the page
    });
    for (const link of safe.querySelectorAll('a')) {
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
    }
    for (const styled of safe.querySelectorAll<HTMLElement>('[style]')) {
      const { textAlign } = styled.style; // as columns of tables have it
      styled.removeAttribute('style');
      styled.style.textAlign = textAlign;
    }
    this.element.replaceChildren(safe);
  }
}
