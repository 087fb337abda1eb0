//! The configuration's file: where it is, and what is in it. It is read once, at the start.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Bytes that are read; no person writes as much.
const MOST: u64 = 1 << 20;

/// Where the configuration is when nobody says.
#[must_use]
pub fn usual() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("chat-tui").join("config.toml"))
}

/// What is in the file; `None` when there is none.
///
/// # Errors
/// Why it cannot be read.
pub fn text(path: &Path) -> io::Result<Option<String>> {
    // A pipe that nobody writes to must not keep anybody waiting.
    match path.metadata() {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(io::Error::other("it is no file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other("it is too long to be a configuration"));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_or_it_is_told_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let check = |name: &str, expected: Result<Option<&str>, &str>| {
            let found = text(&path(name)).map_err(|error| error.to_string());
            assert_eq!(found, expected.map(|text| text.map(str::to_owned)).map_err(str::to_owned));
        };
        std::fs::write(path("a"), "x = 1").unwrap();
        std::fs::write(path("b"), b"\xff").unwrap();
        check("a", Ok(Some("x = 1")));
        check("b", Err("it is no text in UTF-8"));
        check("", Err("it is no file"));
        check("missing", Ok(None));
    }
}
