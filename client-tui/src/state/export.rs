//! The conversation that is being written to a file: how far it is.

use crate::words::hint::grouped;

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    /// The conversation's title.
    pub(crate) title: String,
    /// Messages written, and messages there are, once that is known.
    pub(crate) written: Option<(u64, u64)>,
    /// It was told to stop, and has not yet.
    pub(crate) stopping: bool,
}

impl Export {
    /// How far it is, in words.
    pub(crate) fn words(&self) -> String {
        let count = |count: u64| grouped(usize::try_from(count).unwrap_or(usize::MAX));
        match (self.stopping, self.written) {
            (true, _) => format!("stopping the export of {}", self.title),
            (false, None) => format!("exporting {} · Esc stops it", self.title),
            (false, Some((written, all))) => {
                let (written, all) = (count(written), count(all));
                format!("exporting {}: {written} of {all} messages · Esc stops it", self.title)
            }
        }
    }
}
