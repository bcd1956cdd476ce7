"""The tables of the frontier's file; the other modules that keep something in it make their own."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS urls (
  url TEXT PRIMARY KEY, host TEXT NOT NULL, kind TEXT NOT NULL, depth INTEGER NOT NULL, found_on TEXT NOT NULL,
  hops INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
  outcome TEXT, reason TEXT, status INTEGER, content_type TEXT, fetched_at TEXT, payload_digest TEXT, target TEXT,
  signals TEXT, decision TEXT, etag TEXT, last_modified TEXT, read_at TEXT, asked INTEGER NOT NULL DEFAULT 0,
  rank INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS urls_pending ON urls (host, rank, depth, url) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS orders (page TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS past (url TEXT PRIMARY KEY, page TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS urls_state ON urls (state) WHERE state <> 'done';
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value NUMERIC NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warcs (
  file TEXT PRIMARY KEY, bytes INTEGER NOT NULL, records INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS families (
  name TEXT PRIMARY KEY, barren INTEGER NOT NULL, turned_away INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS texts (host TEXT, digest TEXT, PRIMARY KEY (host, digest)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evidence (
  url TEXT PRIMARY KEY, status INTEGER, body BLOB NOT NULL, fetched_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS admitted (kind TEXT, name TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS broken_listings AS SELECT * FROM urls WHERE kind = 'listing' AND state = 'done'
  AND outcome IN ('failed', 'refused') AND reason NOT IN ('robots_disallowed', 'robots_refused');
"""
"""A listing is broken when a page of it could not be read, though nobody forbids it: what lies behind is not known."""
