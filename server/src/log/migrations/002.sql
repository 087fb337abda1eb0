-- Version 2: ids are kept beside their messages, so that those that nobody can send again any more
-- are found, and forgotten, without a search.

ALTER TABLE message ADD COLUMN id TEXT;

CREATE INDEX sent_in ON sent (channel, seq);
UPDATE message SET id =
    (SELECT sent.id FROM sent WHERE sent.channel = message.channel AND sent.seq = message.seq);
DROP INDEX sent_in;

-- Up to which message a channel's ids have been forgotten.
CREATE TABLE forgotten (
    channel INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL
) STRICT;
