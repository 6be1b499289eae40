// Both threads of the profiler's process begin here; the sampler's starts while the other still loads its part.
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { PROFILE_FOLDER } from '../protocol/profiler.ts';
import { Sidecar } from './sidecar.ts';

if (isMainThread) {
  const folder = process.env[PROFILE_FOLDER]!; // the host sets it
  const sidecar = new Sidecar(fileURLToPath(import.meta.url), { folder, nudged: true });
  const { runProfiler } = await import('./runProfiler.ts');
  runProfiler(sidecar);
} else {
  const { runSidecar } = await import('./sidecarThread.ts');
  runSidecar();
}
