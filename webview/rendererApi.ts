/** The part of VS Code's notebook renderer interface that Memoir uses. */
export interface RendererContext {
  postMessage?(message: unknown): void;
  onDidReceiveMessage?(listener: (message: unknown) => void): { dispose(): void };
}

/** One output in one format. */
export interface RendererItem {
  readonly id: string;
  readonly mime: string;
  json(): unknown;
  text(): string;
  data(): Uint8Array;
}

/** What a renderer's entry point gives back. */
export interface Renderer {
  renderOutputItem(item: RendererItem, element: HTMLElement, signal?: AbortSignal): void | Promise<void>;
  disposeOutputItem(id?: string): void;
}
