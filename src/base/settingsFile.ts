import fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDuration } from './duration.ts';
import { codeOf, messageOf, UserError } from './errors.ts';

const { readFileSync } = fs; // taken as it is now: a kernel replaces it by one that notes what its cells read

/** What a settings file says, under the names of the environment variables, which count more. */
export type FileSettings = Readonly<Record<string, string>>;

interface Kind {
  readonly variable: string;
  readonly must: string;
  readonly isValid: (value: unknown) => boolean;
}

const SETTINGS_FILE = 'memoir.json';

const number = {
  must: 'a number that is not negative',
  isValid: (value: unknown) => Number(value) >= 0 && typeof value === 'number',
};
const text = {
  must: 'a text that is not empty',
  isValid: (value: unknown) => typeof value === 'string' && value !== '',
};
const time = {
  must: 'a time such as "90s", "10m" or "1h", or a number of milliseconds',
  isValid: (value: unknown) => parseDuration(value) !== null,
};
const truth = { must: 'true or false', isValid: (value: unknown) => typeof value === 'boolean' };
const levels = ['debug', 'info', 'warn', 'error'];
const level = {
  must: '"debug", "info", "warn" or "error"',
  isValid: (value: unknown) => levels.includes(String(value)),
};

const kinds = new Map<string, Kind>([
  ['cache.directory', { variable: 'MEMOIR_CACHE_DIR', ...text }],
  ['cache.maxEntries', { variable: 'MEMOIR_CACHE_MAX_ENTRIES', ...number }],
  ['cache.maxMB', { variable: 'MEMOIR_CACHE_MAX_MB', ...number }],
  ['cache.ttl', { variable: 'MEMOIR_CACHE_TTL', ...time }],
  ['cache.redisUrl', { variable: 'MEMOIR_REDIS_URL', ...text }],
  ['monitor.enabled', { variable: 'MEMOIR_MONITOR_ENABLED', ...truth }],
  ['monitor.interval', { variable: 'MEMOIR_MONITOR_INTERVAL', ...number }],
  ['logLevel', { variable: 'MEMOIR_LOG_LEVEL', ...level }],
]);

/**
 * The settings in the nearest `memoir.json` at or above a folder; none where there is no such file.
 * @throws UserError where it cannot be read or says something that means nothing, with file and line
 */
export function readSettingsFile(folder: string): FileSettings {
  const found = findFile(resolve(folder));
  if (!found) return {};
  const { path, content } = found;
  const settings: Record<string, string> = {};
  for (const [name, value] of namedValues(parse(path, content))) {
    const kind = kinds.get(name);
    const place = `${path}:${lineOf(content, name)}`;
    if (!kind) throw new UserError(`${place}: there is no setting ${name}; there are ${[...kinds.keys()].join(', ')}.`);
    if (!kind.isValid(value))
      throw new UserError(`${place}: ${name} must be ${kind.must}; it is ${JSON.stringify(value)}.`);
    settings[kind.variable] = name === 'cache.directory' ? resolve(dirname(path), String(value)) : String(value);
  }
  return settings;
}

function findFile(folder: string): { readonly path: string; readonly content: string } | null {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, SETTINGS_FILE);
    try {
      return { path, content: readFileSync(path, 'utf8').replace(/^\uFEFF/, '') };
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? ''))
        throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
    }
    if (at === dirname(at)) return null;
  }
}

function parse(path: string, content: string): object {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const at = Number(/position (\d+)/.exec(messageOf(error))?.[1] ?? content.length);
    throw new UserError(`${path}:${lineAt(content, at)}: this is not JSON (${messageOf(error)}).`);
  }
  if (isObject(value)) return value;
  throw new UserError(`${path}:1: an object is wanted, such as {"cache": {"maxMB": 512}}.`);
}

/** Settings with the names of the groups that they stand in. */
function namedValues(settings: object): (readonly [name: string, value: unknown])[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (kinds.has(name) || !isObject(value)) return [[name, value] as const];
    return Object.entries(value).map(([inner, value]) => [`${name}.${inner}`, value] as const);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The line of a setting, by its own name, which no other has. */
function lineOf(content: string, name: string): number {
  return lineAt(content, Math.max(0, content.indexOf(JSON.stringify(name.slice(name.lastIndexOf('.') + 1)))));
}

function lineAt(content: string, position: number): number {
  return content.slice(0, position).split('\n').length;
}
