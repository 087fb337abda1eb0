//! Why something that was to be done without a screen did not come about.

use std::io;

/// One line that says what to do, and the exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) words: String,
    pub(crate) code: u8,
}

impl Failed {
    /// What was asked for did not come about.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), code: 1 }
    }

    /// What was asked for makes no sense.
    pub(crate) fn usage(words: impl Into<String>) -> Self {
        Self { words: words.into(), code: 2 }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}
