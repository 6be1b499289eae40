import { type Disposable, DisposableStore } from '../base/disposable.ts';
import type { KernelClient } from '../kernel/client.ts';
import type { Monitor } from '../monitor/monitor.ts';

/** Lists the kernel's process, whenever one runs, for whoever wants to know what it uses. */
export function watchKernel(kernel: KernelClient, monitor: Monitor, notebook: string): Disposable {
  let listed: Disposable | null = null;
  const unlist = () => {
    listed?.dispose();
    listed = null;
  };
  const store = new DisposableStore();
  store.add(
    kernel.onStarted((pid) => {
      unlist();
      listed = monitor.watchProcess(`kernel of ${notebook}`, pid);
    }),
  );
  store.add(kernel.onLost(unlist));
  store.add({ dispose: unlist });
  return store;
}
