import type { Loader } from 'vega';

/** A loader that loads nothing: charts reach neither the network nor files, and link to web pages only. */
export const closedLoader: Loader = {
  load: (uri: string) => refuse(uri),
  http: (uri: string) => refuse(uri),
  file: (uri: string) => refuse(uri),
  sanitize: async (uri: string, options: { context?: string }) => {
    const allowed = options?.context === 'href' ? isWebLink(uri) : isInlineImage(uri);
    if (!allowed) return refuse(uri);
    return options?.context === 'href' ? { href: uri, target: '_blank', rel: 'noopener noreferrer' } : { href: uri };
  },
} as Loader;

/** Whether a link leads to a web page or an address, rather than to a script. */
export function isWebLink(uri: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(uri).protocol);
  } catch {
    return false; // relative links lead nowhere from an output
  }
}

/** Whether an image is contained in its own address. */
export function isInlineImage(uri: string): boolean {
  return /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(uri);
}

function refuse(uri: string): Promise<never> {
  return Promise.reject(new Error(`Charts load nothing from elsewhere: ${uri}`));
}
