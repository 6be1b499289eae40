/**
 * The tables of the disk tier. `keyv` is as @keyv/sqlite would make it, but for its BLOBs. The others follow it by
 * triggers, so that sizes and their sum are exact whoever writes, and whatever process is killed in the middle.
 */
export const diskSchema = `
CREATE TABLE IF NOT EXISTS keyv (
  key TEXT NOT NULL, value BLOB, namespace TEXT NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL,
  UNIQUE (key, namespace));
CREATE INDEX IF NOT EXISTS keyv_expires_idx ON keyv (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS entry (
  key TEXT PRIMARY KEY, bytes INTEGER NOT NULL, saved_ms REAL NOT NULL DEFAULT 0, last_used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (tag TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (tag, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tag_key ON tag (key);
CREATE TABLE IF NOT EXISTS total (entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO total SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM total);
CREATE TABLE IF NOT EXISTS counter (
  tier TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (tier, name)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON keyv BEGIN
  INSERT INTO entry (key, bytes) VALUES (new.key, length(new.value));
  UPDATE total SET entries = entries + 1, bytes = bytes + length(new.value);
END;
CREATE TRIGGER IF NOT EXISTS changed AFTER UPDATE OF value ON keyv BEGIN
  UPDATE entry SET bytes = length(new.value) WHERE key = new.key;
  UPDATE total SET bytes = bytes + length(new.value) - length(old.value);
END;
CREATE TRIGGER IF NOT EXISTS removed AFTER DELETE ON keyv BEGIN
  DELETE FROM entry WHERE key = old.key;
  DELETE FROM tag WHERE key = old.key;
  UPDATE total SET entries = entries - 1, bytes = bytes - length(old.value);
END`;

/** Notes what is known of an entry beside its value; the value is written first. */
export const noteEntry = 'UPDATE entry SET saved_ms = ?, last_used = ? WHERE key = ?';
export const forgetTags = 'DELETE FROM tag WHERE key = ?';
export const noteTag = 'INSERT OR IGNORE INTO tag (tag, key) VALUES (?, ?)';
export const noteUse = 'UPDATE entry SET last_used = max(last_used, ?) WHERE key = ?';
export const addCount = `INSERT INTO counter (tier, name, value) VALUES (?, ?, ?)
  ON CONFLICT (tier, name) DO UPDATE SET value = value + excluded.value`;
export const readCounts = 'SELECT tier, name, value FROM counter';
export const readTotal = 'SELECT entries, bytes FROM total';
export const largestRow = 'SELECT max(rowid) AS rowid FROM keyv';
export const deleteKey = 'DELETE FROM keyv WHERE key = ?';
export const deleteUpTo =
  'DELETE FROM keyv WHERE rowid IN (SELECT rowid FROM keyv WHERE rowid <= ? LIMIT 200) RETURNING 1';
export const deleteExpired =
  'DELETE FROM keyv WHERE rowid IN (SELECT rowid FROM keyv WHERE expires <= ? LIMIT 200) RETURNING 1';

/** What is least worth its place: milliseconds saved per byte, halved by the first day without use, and so on down. */
export const leastWorth = `SELECT key, bytes FROM entry
  ORDER BY (saved_ms + 1.0) / (bytes + 100) / (1.0 + max(0, ? - last_used) / 86400000.0), last_used LIMIT 5000`;

/** Keys from `?1` up to `?2` (null for no end) that have not expired at `?3`; with one of the tags in `?4`. */
export const keysBetween = `SELECT key FROM entry
  WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) AND key NOT IN (SELECT key FROM keyv WHERE expires <= ?3) ORDER BY key`;
export const keysTagged = `SELECT DISTINCT key FROM tag
  WHERE tag IN (SELECT value FROM json_each(?4)) AND key >= ?1 AND (?2 IS NULL OR key < ?2)
  AND key NOT IN (SELECT key FROM keyv WHERE expires <= ?3) ORDER BY key`;
