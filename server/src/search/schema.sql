-- The index of what was said: which message holds which words. Everything in it can be made anew
-- from the log.

CREATE TABLE meta (
    log        TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;

-- Up to which message each channel has been read.
CREATE TABLE mark (
    channel INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL
) STRICT;

-- Where each message is; ids rise in the order in which things were said.
CREATE TABLE doc (
    id      INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- Messages are indexed in blocks, each in a table of words of its own: block_0, block_1, …
CREATE TABLE block (
    id       INTEGER PRIMARY KEY,
    docs     INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    -- Whether nothing more will come, and its words have been merged.
    settled  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How many messages of a channel a block holds.
CREATE TABLE part (
    channel INTEGER NOT NULL,
    block   INTEGER NOT NULL,
    docs    INTEGER NOT NULL,
    PRIMARY KEY (channel, block)
) STRICT, WITHOUT ROWID;
