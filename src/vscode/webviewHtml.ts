import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import { escapeHtml } from '../notebook/exporters/html.ts';

export interface WebviewHtmlOptions {
  /** The page draws HTML of others in frames, which take over its policy and run scripts of their own. */
  readonly hasFrames?: boolean;
}

/** The frame of a page of ours in a panel: one script, and nothing from anywhere else. */
export function webviewHtml(
  webview: vscode.Webview,
  script: vscode.Uri,
  title: string,
  { hasFrames = false }: WebviewHtmlOptions = {},
): string {
  const nonce = randomBytes(16).toString('base64');
  const inline = hasFrames ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${inline} ${webview.cspSource}`,
    `style-src ${inline} ${webview.cspSource}`,
    `font-src data: ${webview.cspSource}`,
    `img-src data: blob:${hasFrames ? ' https:' : ''}`,
    'media-src data: blob:',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script type="module" nonce="${nonce}" src="${webview.asWebviewUri(script)}"></script>
</body>
</html>`;
}
