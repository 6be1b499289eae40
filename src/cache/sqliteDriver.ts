import type { SQLInputValue } from 'node:sqlite';
import type { SqliteDriver } from '@keyv/sqlite';
import type { Row, SqliteConnection } from '../base/sqliteConnection.ts';

/** What the driver needs from who owns the connection. */
export interface SqliteDriverOptions {
  /** Runs `work` on the connection, again where another process was in the way; rejects where it cannot. */
  readonly execute: <T>(kind: 'read' | 'write', work: (connection: SqliteConnection) => T) => Promise<T>;
  /** A value as the bytes to store. */
  readonly pack: (value: object) => Uint8Array;
  /** The value that was packed; undefined for bytes that are not to be trusted. */
  readonly unpack: (bytes: Uint8Array) => unknown;
  /** Called with each value that is written, in the same transaction. */
  readonly written: (connection: SqliteConnection, key: string, value: object) => void;
}

/** Lets Keyv's SQLite adapter work on a connection that it does not own, with values kept as bytes. */
export function sqliteDriver({ execute, pack, unpack, written }: SqliteDriverOptions): SqliteDriver {
  return {
    name: 'custom',
    connect: async () => ({
      query: (sql, ...parameters) =>
        execute(/^\s*(SELECT|PRAGMA)/i.test(sql) ? 'read' : 'write', (connection) => {
          const values = parameters.map(
            (parameter) => (isObject(parameter) ? pack(parameter) : parameter) as SQLInputValue,
          );
          if (!parameters.some(isObject)) return connection.all(sql, ...values).map((row) => opened(row, unpack));
          return connection.transaction(() => {
            const rows = connection.all(sql, ...values);
            // The adapter binds each key right before its value.
            for (const [at, value] of parameters.entries()) {
              if (isObject(value)) written(connection, String(parameters[at - 1]), value);
            }
            return rows;
          });
        }),
      close: async () => {}, // the owner closes
    }),
  };
}

function opened(row: Row, unpack: (bytes: Uint8Array) => unknown): Row {
  return row.value instanceof Uint8Array ? { ...row, value: unpack(row.value) } : row;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
