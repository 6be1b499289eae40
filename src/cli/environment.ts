import { join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readSettingsFile } from '../base/settingsFile.ts';
import { cacheDefaults, openStore, type Store } from '../cache/cacheDirectory.ts';
import { userSeal } from '../cache/seal.ts';

/** The settings that environment variables and `memoir.json` carry. */
export interface Environment {
  readonly cacheDirectory: string | null;
  readonly maxEntries: number;
  readonly memoryMaxBytes: number;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

/**
 * Reads `MEMOIR_…`, and where a variable is not set the `memoir.json` that is nearest to a folder.
 * @throws UserError that names what cannot be understood
 */
export function readEnvironment(folder = process.cwd(), variables: NodeJS.ProcessEnv = process.env): Environment {
  const set = Object.entries(variables).filter(([, value]) => value !== '');
  const env: NodeJS.ProcessEnv = { ...readSettingsFile(folder), ...Object.fromEntries(set) };
  return {
    cacheDirectory: env.MEMOIR_CACHE_DIR ? resolve(env.MEMOIR_CACHE_DIR) : null,
    maxEntries: number(env, 'MEMOIR_CACHE_MAX_ENTRIES') ?? cacheDefaults.memory.maxEntries,
    memoryMaxBytes: (number(env, 'MEMOIR_CACHE_MAX_MB') ?? cacheDefaults.memory.maxBytes / 1e6) * 1e6,
    redisUrl: env.MEMOIR_REDIS_URL || undefined,
    logLevel: env.MEMOIR_LOG_LEVEL ?? 'warn',
  };
}

/** The cache of a workspace, or of the folder that `MEMOIR_CACHE_DIR` names. */
export function openWorkspaceStore(workspace: string, environment: Environment): { store: Store; directory: string } {
  const directory = environment.cacheDirectory ?? join(workspace, cacheDefaults.directory);
  const memory = { maxEntries: environment.maxEntries, maxBytes: environment.memoryMaxBytes };
  const log = consoleLog(environment.logLevel);
  return {
    directory,
    store: openStore({ directory, memory, redisUrl: environment.redisUrl, seal: userSeal(), log }),
  };
}

/** A log on stderr, which leaves stdout to results. */
export function consoleLog(level: string): Log {
  const levels = ['debug', 'info', 'warn', 'error'];
  const from = levels.indexOf(level) < 0 ? 2 : levels.indexOf(level);
  const write = (at: number, message: string) => at >= from && console.error(message);
  return {
    debug: (message) => write(0, message),
    info: (message) => write(1, message),
    warn: (message) => write(2, message),
    error: (message, thrown) => write(3, thrown instanceof Error ? `${message}\n${thrown.stack}` : message),
  };
}

function number(env: NodeJS.ProcessEnv, name: string): number | null {
  const text = env[name];
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!(value >= 0)) throw new UserError(`${name} must be a number that is not negative; it is "${text}".`);
  return value;
}
