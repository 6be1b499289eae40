import { statfsSync } from 'node:fs';

/** Types of file systems that lie on other machines, as Linux numbers them. */
const kinds = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x47504653, 'GPFS'],
  [0x0bd00bd0, 'Lustre'],
]);

/** Why a cache should not lie in a folder that is on another machine, as a sentence; undefined for one that is here. */
export function networkProblem(folder: string): string | undefined {
  const kind = networkKind(folder);
  return kind
    ? `The cache folder ${folder} lies on a network file system (${kind}), where locks of several machines cannot be relied on and everything is slow. Choose a folder on this machine with MEMOIR_CACHE_DIR or the setting memoir.cache.directory; to share results, use Redis.`
    : undefined;
}

function networkKind(folder: string): string | undefined {
  if (process.platform === 'win32') return /^(\\\\|\/\/)(?![.?])/.test(folder) ? 'a share' : undefined;
  if (process.platform !== 'linux') return undefined;
  try {
    return kinds.get(statfsSync(folder).type >>> 0);
  } catch {
    return undefined;
  }
}
