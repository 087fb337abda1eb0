-- Version 1: everything that a server keeps.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    person INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    token  BLOB NOT NULL
) STRICT;

CREATE TABLE room (
    channel INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    topic   TEXT NOT NULL
) STRICT;

CREATE TABLE direct (
    channel INTEGER PRIMARY KEY,
    low     INTEGER NOT NULL,
    high    INTEGER NOT NULL
) STRICT;

-- Clustered by channel and number: a page is one walk of the tree.
CREATE TABLE message (
    channel INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    author  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (channel, seq)
) STRICT, WITHOUT ROWID;

-- Which ids their authors have used, so that the same message sent again is stored once.
CREATE TABLE sent (
    author  INTEGER NOT NULL,
    id      TEXT NOT NULL,
    channel INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (author, id)
) STRICT, WITHOUT ROWID;
