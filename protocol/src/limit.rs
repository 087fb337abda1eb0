//! Sizes that both ends agree on. Changing one changes the protocol.

/// The version that `hello` and `welcome` carry.
pub const VERSION: u32 = 1;

/// The TCP port used unless told otherwise.
pub const DEFAULT_PORT: u16 = 65_433;

/// The room that everybody starts in.
pub const LOBBY: &str = "lobby";

/// Longest frame in bytes, its `\n` included.
pub const FRAME_BYTES: usize = 65_536;

/// Deepest nesting of objects and arrays within a frame.
pub const FRAME_DEPTH: usize = 16;

/// Longest message text in bytes, after cleaning.
pub const TEXT_BYTES: usize = 8_192;

/// Longest topic in bytes, after cleaning.
pub const TOPIC_BYTES: usize = 512;

/// Longest line that a room shows its members, in bytes after cleaning.
pub const ANNOUNCEMENT_BYTES: usize = 512;

/// Longest countdown, in seconds: a day.
pub const TIMER_SECONDS: u32 = 86_400;

/// Longest single field of a profile, or name of a client program, in bytes after cleaning.
pub const FIELD_BYTES: usize = 128;

/// Longest word on why somebody is away, in bytes after cleaning.
pub const AWAY_BYTES: usize = 128;

/// Longest nick or room name in graphemes.
pub const NAME_GRAPHEMES: usize = 32;

/// Longest nick or room name in bytes: bounds what stacked combining marks can cost.
pub const NAME_BYTES: usize = 256;

/// Longest message id in bytes.
pub const ID_BYTES: usize = 64;

/// Fewest and most characters of a token.
pub const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 16..=128;

/// Most messages in one `history` page.
pub const HISTORY_PAGE: usize = 200;

/// Messages in a `history` page when the request names no limit.
pub const HISTORY_DEFAULT: usize = 50;

/// Encoded bytes of messages after which a `history` page ends early, so that it fits a frame.
pub const HISTORY_BYTES: usize = 40_000;

/// Longest query in bytes, after cleaning; what is behind is passed over.
pub const QUERY_BYTES: usize = 512;

/// Longest cursor of a `search` in bytes.
pub const CURSOR_BYTES: usize = 64;

/// Furthest time zone from UTC, in minutes.
pub const OFFSET_MINUTES: i32 = 24 * 60;

/// Most messages in one `search` page; as `history` pages, they end early so that they fit a frame.
pub const SEARCH_PAGE: usize = 100;

/// Messages in a `search` page when the request names no limit.
pub const SEARCH_DEFAULT: usize = 50;

/// Names in one `members` page, and in the `members` of `welcome` and `room`.
pub const MEMBERS_PAGE: usize = 50;

/// Encoded bytes of rooms after which a `rooms` page ends, so that it fits a frame.
pub const ROOMS_BYTES: usize = 40_000;

/// Conversations that one `hello` may resume.
pub const RESUME_MOST: usize = 200;

/// Rooms that one person may be in.
pub const ROOMS_MOST: usize = 100;
