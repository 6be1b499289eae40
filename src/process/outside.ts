// What Node offers for touching the world outside of a process, by name.

/** Functions of `node:fs` that write, each also with `Sync` behind it. */
export const WRITE_CALLS = [
  ...['writeFile', 'appendFile', 'createWriteStream', 'mkdir', 'mkdtemp', 'rm', 'rmdir', 'unlink', 'rename'],
  ...['copyFile', 'cp', 'truncate', 'symlink', 'link', 'chmod', 'chown', 'lchown', 'utimes', 'lutimes'],
] as const;

/** Functions of `node:child_process` that start one. */
export const PROCESS_CALLS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;

/** Diagnostics channels on which Node tells of connections. */
export const NETWORK_CHANNELS = ['undici:request:create', 'http.client.request.start', 'net.client.socket'] as const;

/** How a file is opened by these flags of `open`. */
export function openMode(flags: unknown): { readonly reads: boolean; readonly writes: boolean } {
  if (typeof flags === 'number') return { reads: (flags & 3) !== 1, writes: (flags & 3) !== 0 };
  if (typeof flags !== 'string' || /^rs?$/.test(flags)) return { reads: true, writes: false };
  return { reads: flags.includes('+'), writes: true };
}
