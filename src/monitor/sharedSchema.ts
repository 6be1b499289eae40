/** The tables of the shared measurements. What is looked up by name is a column; the rest is JSON. */
export const sharedSchema = `
CREATE TABLE series (kind TEXT NOT NULL, name TEXT NOT NULL, last_at INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE calls (name TEXT PRIMARY KEY, last_at INTEGER NOT NULL, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE process (pid INTEGER NOT NULL, name TEXT NOT NULL, started INTEGER NOT NULL, PRIMARY KEY (pid, name)) WITHOUT ROWID;
CREATE TABLE noticed (alert TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE acknowledged (alert TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (alert, since)) WITHOUT ROWID`;

export const readSeries = 'SELECT data FROM series WHERE kind = ? AND name = ?';
export const writeSeries = `INSERT INTO series (kind, name, last_at, data) VALUES (?, ?, ?, ?)
  ON CONFLICT (kind, name) DO UPDATE SET last_at = excluded.last_at, data = excluded.data`;
export const forgetSeries = 'DELETE FROM series WHERE kind = ? AND name = ?';
export const allSeries = 'SELECT kind, name, data FROM series';

export const readCalls = 'SELECT data FROM calls WHERE name = ?';
export const writeCalls = `INSERT INTO calls (name, last_at, data) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at, data = excluded.data`;
export const allCalls = 'SELECT data FROM calls';

export const addProcess = `INSERT INTO process (pid, name, started) VALUES (?, ?, ?)
  ON CONFLICT (pid, name) DO UPDATE SET started = excluded.started`;
export const removeProcess = 'DELETE FROM process WHERE pid = ? AND name = ?';
export const allProcesses = 'SELECT pid, name, started FROM process ORDER BY started, pid';

export const notice = 'INSERT OR IGNORE INTO noticed (alert, since) VALUES (?, ?)';
export const allNoticed = 'SELECT alert, since FROM noticed';
export const forgetNoticed = 'DELETE FROM noticed WHERE alert NOT IN (SELECT value FROM json_each(?))';
export const acknowledge = 'INSERT OR IGNORE INTO acknowledged (alert, since) VALUES (?, ?)';
export const allAcknowledged = 'SELECT alert, since FROM acknowledged';

/** Drops what has not been used since a time. */
export const dropOlder = [
  'DELETE FROM series WHERE last_at < ?',
  'DELETE FROM calls WHERE last_at < ?',
  'DELETE FROM acknowledged WHERE since < ?',
  'DELETE FROM process WHERE started < ?',
];

/** Drops all but so many that were used last. */
export const dropBeyond = [
  'DELETE FROM series WHERE (kind, name) IN (SELECT kind, name FROM series ORDER BY last_at DESC LIMIT -1 OFFSET ?)',
  'DELETE FROM calls WHERE name IN (SELECT name FROM calls ORDER BY last_at DESC LIMIT -1 OFFSET ?)',
];

export const deleteAll = ['series', 'calls', 'noticed', 'acknowledged'].map((table) => `DELETE FROM ${table}`);
