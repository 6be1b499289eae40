import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../base/errors.ts';

/** A Node to run children with: this very program, or an executable found elsewhere. */
export interface NodeRuntime {
  readonly path: string;
  /** `24.21.0` */
  readonly version: string;
  /** Set when the executable is Electron and must be told to behave as Node. */
  readonly env: Readonly<Record<string, string>>;
}

/** The oldest Node that runs kernels: `module.registerHooks` and `node:sqlite` without a flag. */
export const OLDEST_NODE = '22.15.0';

/** Finds the Node for kernels: the setting, else `node` on the PATH, else this program itself. */
export async function findNode(setting: string | null): Promise<NodeRuntime> {
  if (setting) return checked(setting, await versionOf(setting));
  const own: NodeRuntime = {
    path: process.execPath,
    version: process.versions.node,
    env: process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {},
  };
  if (!process.versions['electron'] && isRecentEnough(own.version)) return own;
  const version = await versionOf('node').catch(() => null);
  if (version && isRecentEnough(version)) return { path: 'node', version, env: {} };
  if (isRecentEnough(own.version)) return own;
  throw tooOld(version ? `the node on your PATH is ${version}` : `this program runs on ${own.version}`);
}

/** Whether `version` ("24.21.0") is at least `OLDEST_NODE`. */
export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE.split('.').map(Number);
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 5000 });
    return stdout.trim().replace(/^v/, '');
  } catch {
    throw new UserError(
      `No Node.js answers at "${path}". Set "memoir.kernel.nodePath" to a Node.js of version ${OLDEST_NODE} or newer, or leave it empty.`,
    );
  }
}

function checked(path: string, version: string): NodeRuntime {
  if (!isRecentEnough(version)) throw tooOld(`"${path}" is ${version}`);
  return { path, version, env: {} };
}

function tooOld(found: string): UserError {
  return new UserError(
    `Memoir's kernel needs Node.js ${OLDEST_NODE} or newer; ${found}. Install a newer Node.js, or set "memoir.kernel.nodePath" to one.`,
  );
}
