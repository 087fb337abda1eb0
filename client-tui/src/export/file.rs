//! The file that something is exported to: it is there when it is whole, and not before, and takes
//! the place of none.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chat_protocol::Conversation;
use tempfile::NamedTempFile;

use super::Form;

/// Characters of a conversation's name that a file's name holds.
const NAME_CHARS: usize = 40;

/// Names that are tried, each with its number, before giving up.
const NUMBERS: u32 = 1_000;

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Draft {
    file: BufWriter<NamedTempFile>,
    folder: PathBuf,
    /// The name that was asked for; else what the one that is made up begins with.
    name: Result<String, String>,
    form: Form,
}

impl Draft {
    /// Begins a file. `date` is today's, for a name that is made up.
    ///
    /// # Errors
    /// Why it cannot be, in words that say what to do.
    pub(super) fn begin(
        named: Option<&str>,
        room: &Conversation,
        date: &str,
        form: Form,
    ) -> Result<Self, String> {
        let made_up = Err(format!("chat-{}-{date}", safe(room)));
        let (folder, name) = match named {
            None => (PathBuf::from("."), made_up),
            Some(named) => {
                let path = at_home(named)?;
                match (path.is_dir(), path.file_name().map(|name| name.to_string_lossy())) {
                    (false, Some(name)) => (folder_of(&path), Ok(name.into_owned())),
                    _ => (path, made_up),
                }
            }
        };
        if let Ok(name) = &name
            && fs::symlink_metadata(folder.join(name)).is_ok()
        {
            return Err(taken(&folder, name));
        }
        let file = tempfile::Builder::new().prefix(".chat-export-").tempfile_in(&folder);
        let file = file.map_err(|error| no_file(&folder, &error))?;
        Ok(Self { file: BufWriter::new(file), folder, name, form })
    }

    /// Writes on.
    ///
    /// # Errors
    /// Why that cannot be, in words.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.file.write_all(bytes).map_err(|error| no_file(&self.folder, &error))
    }

    /// Puts the whole file in its place; tells where that is.
    ///
    /// # Errors
    /// Why that cannot be, in words; then there is no file.
    pub(super) fn finish(self) -> Result<PathBuf, String> {
        let Self { file, folder, name, form } = self;
        let wrong = |error: &io::Error| no_file(&folder, error);
        let file = file.into_inner().map_err(|error| wrong(error.error()))?;
        file.as_file().sync_all().map_err(|error| wrong(&error))?;
        let mut file = file;
        let stem = match name {
            Ok(name) => {
                let path = shown(&folder, &name);
                return match file.persist_noclobber(&path) {
                    Ok(_) => Ok(path),
                    Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                        Err(taken(&folder, &name))
                    }
                    Err(error) => Err(wrong(&error.error)),
                };
            }
            Err(stem) => stem,
        };
        for name in names(&stem, form.ending()) {
            let path = shown(&folder, &name);
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    file = error.file;
                }
                Err(error) => return Err(wrong(&error.error)),
            }
        }
        Err(format!("there are too many files like {stem}: name another"))
    }
}

/// A name, and the same with numbers behind it.
fn names(stem: &str, ending: &str) -> impl Iterator<Item = String> {
    let numbered = (2..NUMBERS).map(move |number| format!("{stem}-{number}.{ending}"));
    std::iter::once(format!("{stem}.{ending}")).chain(numbered)
}

/// A path as it is told: without the folder where that is this one.
fn shown(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What the name of a conversation is in that of a file: other people choose these names, so that
/// nothing in them leads anywhere.
fn safe(room: &Conversation) -> String {
    let name = match room {
        Conversation::Room(name) => name.as_str(),
        Conversation::Direct(name) => name.as_str(),
    };
    let safe = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    name.chars().take(NAME_CHARS).map(safe).collect()
}

/// A path as shells read it: `~` is one's own folder.
fn at_home(named: &str) -> Result<PathBuf, String> {
    let Some(rest) = named.strip_prefix('~') else { return Ok(PathBuf::from(named)) };
    let rest = match rest.strip_prefix('/') {
        Some(rest) => rest,
        None if rest.is_empty() => rest,
        // Somebody else's folder, which only shells know.
        None => return Ok(PathBuf::from(named)),
    };
    let home = etcetera::home_dir().map_err(|_| "there is no home folder: name another".to_owned());
    Ok(home?.join(rest))
}

/// The file is there already; a name that is free is offered.
fn taken(folder: &Path, name: &str) -> String {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let is_free = |name: &String| fs::symlink_metadata(folder.join(name)).is_err();
    let free = names(&stem, &ending).find(is_free);
    let offer = free.map(|free| format!(": /export {}", shown(folder, &free).display()));
    format!("{} is there already{}", shown(folder, name).display(), offer.unwrap_or_default())
}

fn no_file(folder: &Path, error: &io::Error) -> String {
    let folder = folder.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no folder {folder}"),
        io::ErrorKind::PermissionDenied => {
            format!("files cannot be made in {folder}: name another, such as ~/chat.md")
        }
        io::ErrorKind::StorageFull => format!("the disk is full: {folder}"),
        _ => format!("{folder}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(named: &str) -> Result<Draft, String> {
        Draft::begin(Some(named), &"lobby".parse().unwrap(), "2026-11-21", Form::Markdown)
    }

    fn entries(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let check = |room: &str, expected: &str| {
            assert_eq!(safe(&room.parse().unwrap()), expected, "{room}");
        };
        check("lobby", "lobby");
        check("@ann lee", "ann-lee");
        check("@..'..", "-----");
        check("@李 雷", "李-雷");
    }

    #[test]
    fn a_file_is_there_when_it_is_whole_and_takes_the_place_of_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let named = path.to_str().unwrap().to_owned();
        let mut draft = begin(&named).unwrap();
        draft.write(b"one").unwrap();
        assert!(!path.exists());
        assert_eq!(draft.finish().unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let refused = begin(&named).unwrap_err();
        assert!(refused.contains("is there already: /export ") && refused.ends_with("a-2.md"));
        // One that came meanwhile is not replaced either.
        let other = folder.path().join("b.md");
        let draft = begin(other.to_str().unwrap()).unwrap();
        fs::write(&other, "theirs").unwrap();
        assert!(draft.finish().unwrap_err().contains("is there already"));
        assert_eq!(fs::read(&other).unwrap(), b"theirs");
        drop(begin(folder.path().join("c.md").to_str().unwrap()).unwrap());
        assert_eq!(entries(folder.path()), ["a.md", "b.md"]);
    }

    #[test]
    fn names_that_are_made_up_are_numbered() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().to_str().unwrap();
        for expected in ["chat-lobby-2026-11-21.md", "chat-lobby-2026-11-21-2.md"] {
            assert_eq!(begin(named).unwrap().finish().unwrap(), folder.path().join(expected));
        }
    }

    #[test]
    fn what_cannot_be_says_why() {
        let missing = begin("/no/such/folder/a.md").unwrap_err();
        assert_eq!(missing, "there is no folder /no/such/folder");
        assert_eq!(at_home("~other/a.md").unwrap(), Path::new("~other/a.md"));
        assert_eq!(at_home("~/a.md").unwrap(), etcetera::home_dir().unwrap().join("a.md"));
    }
}
