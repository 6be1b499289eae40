/**
 * The tables of the disk tier. What is known of an entry lies apart from its value, too, so that looking through all of
 * them, or summing them up, is quick; what is handed out is what the value's own authentication code covers.
 */
export const diskSchema = `
CREATE TABLE value (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE entry (
  key TEXT PRIMARY KEY, id INTEGER NOT NULL, bytes INTEGER NOT NULL, size INTEGER NOT NULL,
  created REAL NOT NULL, expires REAL, saved_ms REAL NOT NULL, failed INTEGER NOT NULL, tags TEXT, file TEXT
) WITHOUT ROWID;
CREATE TABLE used (key TEXT PRIMARY KEY, at INTEGER NOT NULL, hits INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tag (tag TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (tag, key)) WITHOUT ROWID;
CREATE INDEX tag_key ON tag (key);
CREATE TABLE lease (key TEXT PRIMARY KEY, holder TEXT NOT NULL, renewed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (tier TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (tier, name)) WITHOUT ROWID;
CREATE TRIGGER removed AFTER DELETE ON entry BEGIN
  DELETE FROM value WHERE id = old.id;
  DELETE FROM used WHERE key = old.key;
  DELETE FROM tag WHERE key = old.key;
END`;

const listed = `SELECT entry.key, size, created, expires, saved_ms, failed, tags, coalesce(used.at, created) AS used_at
  FROM entry LEFT JOIN used ON used.key = entry.key`;
const unexpired = '(expires IS NULL OR expires > ?3) ORDER BY entry.key LIMIT 1000';

export const readContent = 'SELECT content FROM entry JOIN value USING (id) WHERE key = ?';
export const readPlace = 'SELECT id, tags, file FROM entry WHERE key = ?';
export const addValue = 'INSERT INTO value (content) VALUES (?)';
export const changeValue = 'UPDATE value SET content = ? WHERE id = ?';
export const putEntry = `INSERT INTO entry (key, id, bytes, size, created, expires, saved_ms, failed, tags, file)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes, size = excluded.size, created = excluded.created,
    expires = excluded.expires, saved_ms = excluded.saved_ms, failed = excluded.failed, tags = excluded.tags,
    file = excluded.file`;
export const deleteEntry = 'DELETE FROM entry WHERE key = ? RETURNING file';
export const deleteOlder = 'DELETE FROM entry WHERE key = ? AND created <= ? RETURNING file';
export const forgetTags = 'DELETE FROM tag WHERE key = ?';
export const noteTag = 'INSERT OR IGNORE INTO tag (tag, key) VALUES (?, ?)';
export const noteUse = `INSERT INTO used (key, at, hits) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM entry WHERE key = ?1)
  ON CONFLICT (key) DO UPDATE SET at = max(at, excluded.at), hits = hits + excluded.hits`;
export const addCount = `INSERT INTO counter (tier, name, value) VALUES (?, ?, ?)
  ON CONFLICT (tier, name) DO UPDATE SET value = value + excluded.value`;
export const readCounts = 'SELECT tier, name, value FROM counter';

export const sumAll = 'SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM entry';
export const sumBetween = `${sumAll} WHERE key >= ?1 AND key < ?2`;

/** A page of entries from key `?1` on and before `?2`, that have not expired at `?3`; `pageTagged` with a tag of `?4`. */
export const page = `${listed} WHERE entry.key >= ?1 AND entry.key < ?2 AND ${unexpired}`;
export const pageTagged = `${listed} WHERE entry.key IN
  (SELECT key FROM tag WHERE tag IN (SELECT value FROM json_each(?4)) AND key >= ?1 AND key < ?2) AND ${unexpired}`;
/** A page of all entries from key `?1` on, with how often they were used. */
export const pageOfUse = `SELECT entry.key, bytes, saved_ms, coalesce(at, created) AS at, coalesce(hits, 0) AS hits
  FROM entry LEFT JOIN used ON used.key = entry.key WHERE entry.key >= ? ORDER BY entry.key LIMIT 1000`;
/** A page of entries from key `?1` on with their contents. */
export const pageOfContent =
  'SELECT key, content FROM entry JOIN value USING (id) WHERE key >= ? ORDER BY key LIMIT 100';
export const deleteBetween = `DELETE FROM entry WHERE key IN
  (SELECT key FROM entry WHERE key >= ?1 AND key < ?2 AND id <= ?3 LIMIT 200) RETURNING file`;
export const largestId = 'SELECT max(id) AS id FROM value';
export const deleteExpired =
  'DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE expires <= ? LIMIT 200) RETURNING file';
export const readFiles = 'SELECT file FROM entry WHERE file IS NOT NULL';

export const readLease = 'SELECT holder, renewed FROM lease WHERE key = ?';
export const takeLease = 'INSERT OR REPLACE INTO lease (key, holder, renewed) VALUES (?, ?, ?)';
export const renewLease = 'UPDATE lease SET renewed = ? WHERE key = ? AND holder = ?';
export const releaseLease = 'DELETE FROM lease WHERE key = ? AND holder = ?';
export const dropLease = 'DELETE FROM lease WHERE key = ?';
export const revokeLeases = 'DELETE FROM lease WHERE key >= ? AND key < ?';
