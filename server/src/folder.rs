//! The data folder: made if it is not there, and held by one server at a time.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use thiserror::Error;

/// A data folder that is ours until this value is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The lock goes with the open file, and with the process, however that ends.
    _lock: File,
}

/// Why a data folder cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// Another server holds it.
    #[error(
        "another chat-server uses the data folder {}: stop that one, or name another with --data",
        .0.display()
    )]
    Busy(PathBuf),
    /// The operating system says no.
    #[error(
        "the data folder {} cannot be written ({source}): name another with --data, \
         or keep nothing with --ephemeral",
        .path.display()
    )]
    Unusable {
        /// Which folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl Folder {
    /// Takes the folder at `path`.
    pub(crate) fn take(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Busy(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// Where the log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("chat.db")
    }

    /// Where the index of the log is: it can be taken away at any time, and comes back.
    pub(crate) fn index(&self) -> PathBuf {
        self.path.join("search.db")
    }
}

/// Where a server keeps its data unless told otherwise; `None` when this login has no home.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.data_dir().join("chat-server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/chat");
        let first = Folder::take(&path).unwrap();
        assert!(matches!(Folder::take(&path), Err(FolderError::Busy(_))));
        drop(first);
        Folder::take(&path).unwrap();
    }

    #[test]
    fn an_unusable_folder_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Folder::take(&file.join("sub")).unwrap_err().to_string();
        assert!(error.contains("--data"), "{error}");
    }
}
