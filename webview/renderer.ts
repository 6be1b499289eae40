import type { RendererEvent } from '../src/protocol/output.ts';
import { OutputPage } from './outputPage.ts';
import type { Renderer, RendererContext } from './rendererApi.ts';

/** The entry point that VS Code calls: outputs on the page of a VS Code notebook. */
export function activate(context: RendererContext): Renderer {
  const page = new OutputPage({
    isLive: context.postMessage !== undefined,
    post: (message) => context.postMessage?.(message),
    listen: (listener) =>
      context.onDidReceiveMessage?.((message) => isEvent(message) && listener(message)) ?? { dispose() {} },
  });
  return {
    renderOutputItem: (item, element) =>
      page.drawItem(
        element,
        { mime: item.mime, json: () => item.json(), text: () => item.text(), bytes: () => item.data() },
        item.id,
      ),
    disposeOutputItem: (id) => page.remove(id),
  };
}

/** Only the extension writes to its renderer, but an older or newer one may. */
function isEvent(message: unknown): message is RendererEvent {
  return typeof message === 'object' && message !== null && 'type' in message;
}
