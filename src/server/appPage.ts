import { escapeHtml } from '../notebook/exporters/html.ts';
import { FRAME_POLICY } from '../protocol/frame.ts';
import type { WebServer } from './webServer.ts';

/** Where the parts of an app are served. */
export const PATHS = { page: '/', live: '/live', assets: '/assets/', frame: '/frame' } as const;

/** Nothing but our own scripts; sockets to ourselves; pictures that Markdown names. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  'media-src data: blob:',
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What `html()` shows runs in a document of its own that belongs to no origin and reaches no network. */
const SANDBOX = `sandbox allow-scripts; ${FRAME_POLICY}; frame-ancestors 'self'`;

const FRAME = `<!doctype html><meta charset="utf-8"><title>Output</title><script>
addEventListener('message', function take({ source, data }) {
  if (source !== parent || typeof data?.memoirDocument !== 'string') return;
  removeEventListener('message', take);
  document.open();
  document.write(data.memoirDocument);
  document.close();
});
parent.postMessage({ memoirFrame: 'ready' }, '*');
</script>`;

/** Serves the page, which is the same for everybody, and the empty frame that outputs of HTML are drawn in. */
export function servePage(server: WebServer, title: () => string): void {
  server.route('GET', PATHS.page, (request, response) => {
    response.setHeader('set-cookie', server.cookie);
    response.setHeader('content-security-policy', PAGE_POLICY);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(request.method === 'HEAD' ? undefined : pageHtml(title()));
  });
  server.route(
    'GET',
    PATHS.frame,
    (_request, response) => {
      response.setHeader('content-security-policy', SANDBOX);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(FRAME);
    },
    { isPublic: true },
  );
}

function pageHtml(title: string): string {
  return `<!doctype html>
<html lang="en" data-memoir-live="${PATHS.live}" data-memoir-frame="${PATHS.frame}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<script type="module" src="${PATHS.assets}appPage.js"></script>
</head>
<body>
<noscript>This page is drawn by scripts. Allow them for this address, and load it again.</noscript>
</body>
</html>
`;
}
