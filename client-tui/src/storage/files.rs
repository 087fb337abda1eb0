//! The files of one folder: read whole, changed as one step whatever other clients do, and after a
//! crash there in the old state or the new. Waits for disks and locks; knows nothing of what it
//! keeps.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of a file that are read; whatever is longer was not written by us.
const FILE_MOST: u64 = 1 << 20;

/// How long another client's lock is waited for. It is held for moments; one that is held longer
/// belongs to a client that was stopped, and must not stop this one.
const LOCK_WAIT: Duration = Duration::from_secs(1);

/// Changes a file as one step, whatever other clients do.
pub(super) fn change<T, R>(
    folder: &Path,
    name: &str,
    change: impl FnOnce(&mut T) -> R,
) -> io::Result<R>
where
    T: Serialize + DeserializeOwned + Default,
{
    make_folder(folder)?;
    let _lock = lock(folder)?;
    let path = folder.join(name);
    let mut file = read::<T>(&path)?.unwrap_or_default();
    let before = serde_json::to_vec_pretty(&file)?;
    let result = change(&mut file);
    let after = serde_json::to_vec_pretty(&file)?;
    if before != after {
        replace(&path, &after)?;
    }
    Ok(result)
}

/// Reads a file that one of us wrote; one that is not readable as such is put aside, whole.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    read_or_aside(path).map(Result::ok)
}

/// The same; where there was nothing to read, it says where a broken file was put, if there was
/// one.
pub(super) fn read_or_aside<T: DeserializeOwned>(
    path: &Path,
) -> io::Result<Result<T, Option<PathBuf>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(FILE_MOST).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Err(None)),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice(&bytes) {
        Ok(file) => Ok(Ok(file)),
        Err(_) => {
            let aside = aside(path);
            fs::rename(path, &aside)?;
            Ok(Err(Some(aside)))
        }
    }
}

/// A name for a broken file that hides no earlier one.
fn aside(path: &Path) -> PathBuf {
    let broken = path.with_extension("json.broken");
    let numbered = (2..100).map(|number| path.with_extension(format!("json.broken-{number}")));
    std::iter::once(broken.clone()).chain(numbered).find(|name| !name.exists()).unwrap_or(broken)
}

/// Puts a new file in the old one's place: after a crash there is the one or the other, whole.
/// Readable for its owner only. Each client writes a file of its own, for who did not get the lock.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Keeps other clients out until the file is dropped. After [`LOCK_WAIT`] one goes on without: at
/// worst a server is missing in the recent ones.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let path = folder.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Some network file systems know no locks.
            Ok(()) | Err(_) => return Ok(file),
        }
    }
}
