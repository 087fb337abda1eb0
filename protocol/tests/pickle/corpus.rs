//! The kept pickles of `../corpus/pickle`, honest and hostile: each is what its folder says, whole
//! and in pieces.

use std::path::{Path, PathBuf};

use chat_protocol::pickle::{PickleError, decode, profile};

use crate::{Decoded, in_pieces};

/// Pickles that there are at least; each was worth keeping.
const KEPT: usize = 300;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Whether this is what becomes of a pickle in that folder.
fn is(folder: &str, decoded: &Decoded) -> bool {
    match decoded {
        Ok(Some(_)) => folder == "honest",
        Ok(None) => folder == "incomplete",
        Err(error) => {
            folder
                == match error {
                    PickleError::Class(_) => "class",
                    PickleError::Call => "call",
                    PickleError::PersistentId => "persistent-id",
                    PickleError::Extension => "extension",
                    PickleError::Buffer => "buffer",
                    PickleError::Protocol(_) => "protocol",
                    PickleError::LargeInt => "large-int",
                    PickleError::TooLong => "too-long",
                    PickleError::TooDeep => "too-deep",
                    PickleError::TooLarge => "too-large",
                    PickleError::Malformed { .. } => "malformed",
                }
        }
    }
}

fn check(folder: &str, path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let whole = decode(&bytes);
    let name = path.display();
    assert!(is(folder, &whole), "{name} is {whole:?}");
    for size in [1, 2, 3, 7, 64, 4096] {
        // In words, since a NaN does not equal itself.
        assert_eq!(
            format!("{:?}", in_pieces(&bytes, size)),
            format!("{whole:?}"),
            "{name} by {size}"
        );
    }
    match whole {
        Ok(Some((value, used))) => {
            let short = &bytes[..used];
            assert_eq!(decode(&short[..used - 1]), Ok(None), "{name} without its end");
            let is_profile = path.file_name().unwrap().to_string_lossy().starts_with("profile-");
            if is_profile {
                let found = profile(&value).unwrap_or_default();
                let fields = [&*found.full_name, &*found.student_id, &*found.github];
                assert_eq!(fields, ["Ann Bée", "1234", "ann-gh"], "{name}");
            }
        }
        Ok(None) => {}
        Err(error) => {
            let told = error.to_string();
            let is_a_line = told.len() < 200 && !told.chars().any(char::is_control);
            assert!(is_a_line, "{name} is told as {told:?}");
        }
    }
}

#[test]
fn each_is_what_its_folder_says() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/pickle");
    let mut kept = 0;
    for folder in files(&top).iter().filter(|path| path.is_dir()) {
        for path in files(folder) {
            check(&folder.file_name().unwrap().to_string_lossy(), &path);
            kept += 1;
        }
    }
    assert!(kept >= KEPT, "only {kept} are left");
}
