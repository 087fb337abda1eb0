//! Keeps what is changed while the program runs: edits one line of the configuration and leaves the
//! rest as its person wrote it, comments and all. On a thread of its own; a file that cannot be
//! understood or written stays as it is, and that is told.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::time::Duration;

use toml_edit::{DocumentMut, Item, Table, value};

use super::file;
use crate::settings::{SETTINGS, Switch};

/// Choices that may wait for the disk.
const CHOICES: usize = 16;

/// How long the disk is given at the end.
const FINISHING: Duration = Duration::from_secs(1);

/// Something that a person chose, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A theme, by its name.
    Theme(String),
    /// A switch, and whether it is on.
    Switch(Switch, bool),
}

/// The thread that writes.
#[derive(Debug)]
pub struct Keeper {
    choices: SyncSender<Choice>,
    /// Ends when everything is written.
    done: Receiver<()>,
}

impl Keeper {
    /// A keeper for this file, which tells what it could not keep.
    ///
    /// # Errors
    /// When there is no thread left.
    pub fn new(path: PathBuf, tell: impl Fn(String) + Send + 'static) -> io::Result<Self> {
        let (choices, queue) = sync_channel(CHOICES);
        let (finished, done) = channel();
        std::thread::Builder::new().name("configuration".to_owned()).spawn(move || {
            for choice in queue {
                if let Err(words) = keep(&path, &choice) {
                    tell(words);
                }
            }
            drop(finished);
        })?;
        Ok(Self { choices, done })
    }

    /// Has a choice written; `false` when the disk does not take them in.
    #[must_use]
    pub fn keep(&self, choice: Choice) -> bool {
        self.choices.try_send(choice).is_ok()
    }

    /// Waits until everything is written, but not for long.
    pub fn close(self) {
        drop(self.choices);
        _ = self.done.recv_timeout(FINISHING);
    }
}

/// Writes a choice into the file.
fn keep(path: &Path, choice: &Choice) -> Result<(), String> {
    let lost = |why: &dyn std::fmt::Display| format!("not kept in {}: {why}", path.display());
    let text = file::text(path).map_err(|error| lost(&error))?.unwrap_or_default();
    let after = edited(&text, choice).map_err(|words| lost(&words))?;
    if after == text {
        return Ok(());
    }
    replace(path, &after).map_err(|error| lost(&error))
}

/// The text with the choice in it, and else as it was.
fn edited(text: &str, choice: &Choice) -> Result<String, String> {
    let mut document: DocumentMut =
        text.parse().map_err(|_| "there is a mistake in it, see --config".to_owned())?;
    match choice {
        Choice::Theme(name) => put(document.as_table_mut(), "theme", name.as_str()),
        Choice::Switch(switch, on) => {
            let setting = &SETTINGS[*switch as usize];
            let section = document.entry("set").or_insert_with(|| Item::Table(Table::new()));
            let section = section.as_table_like_mut();
            let section = section.ok_or_else(|| "[set] is no section there".to_owned())?;
            match section.get_mut(setting.name) {
                Some(item) => change(item, (*on).into()),
                None => _ = section.insert(setting.name, value(*on)),
            }
        }
    }
    Ok(document.to_string())
}

fn put(table: &mut Table, key: &str, new: &str) {
    match table.get_mut(key) {
        Some(item) => change(item, new.into()),
        None => _ = table.insert(key, value(new)),
    }
}

/// A new value in the place of an old one; what stands behind it stays.
fn change(item: &mut Item, mut new: toml_edit::Value) {
    if let Some(old) = item.as_value() {
        *new.decor_mut() = old.decor().clone();
    }
    *item = Item::Value(new);
}

/// Puts a new file in the old one's place, which may be a link to it: whoever reads it meanwhile
/// finds the one or the other, whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or(path.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let about = fs::metadata(&path).ok();
    if about.as_ref().is_some_and(|about| about.permissions().readonly()) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let written = write(&beside, text, about).and_then(|()| fs::rename(&beside, &path));
    written.inspect_err(|_| _ = fs::remove_file(&beside))
}

fn write(path: &Path, text: &str, about: Option<fs::Metadata>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    if let Some(about) = about {
        file.set_permissions(about.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_changed_and_the_rest_stays() {
        let theme = Choice::Theme("light".to_owned());
        let check = |text: &str, choice: &Choice, expected: &str| {
            assert_eq!(edited(text, choice).as_deref(), Ok(expected));
        };
        check("", &theme, "theme = \"light\"\n");
        let text = "# mine\ntheme = 'dark'  # for the night\n\n[set]\nbell = false\n";
        let changed = "# mine\ntheme = \"light\"  # for the night\n\n[set]\nbell = false\n";
        check(text, &theme, changed);
        let bell = Choice::Switch(Switch::Bell, true);
        check(text, &bell, &text.replace("false", "true"));
        check("port = 7\n", &bell, "port = 7\n\n[set]\nbell = true\n");
        check("set = { mouse = false }\n", &bell, "set = { mouse = false , bell = true }\n");
        check("[keys]\n'f5' = 'none'\n", &theme, "theme = \"light\"\n[keys]\n'f5' = 'none'\n");
        assert!(edited("theme = ", &theme).is_err());
        assert!(edited("set = 3", &bell).is_err());
    }

    #[test]
    fn the_sample_can_be_changed() {
        let text = edited(&crate::config::sample(), &Choice::Switch(Switch::Mouse, false)).unwrap();
        let (config, mistakes) = crate::config::read(&text, "c");
        assert_eq!(mistakes, [""; 0]);
        assert!(!config.settings.is_on(Switch::Mouse));
    }

    #[test]
    fn choices_are_written_before_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat-tui/config.toml");
        let keeper = Keeper::new(path.clone(), |words| panic!("{words}")).unwrap();
        assert!(keeper.keep(Choice::Theme("mono".to_owned())));
        assert!(keeper.keep(Choice::Switch(Switch::Bell, false)));
        keeper.close();
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text, "theme = \"mono\"\n\n[set]\nbell = false\n");
        let left = fs::read_dir(folder.path().join("chat-tui")).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_understood_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "theme = \n").unwrap();
        let words = keep(&path, &Choice::Theme("mono".to_owned())).unwrap_err();
        assert!(words.starts_with("not kept in /") && words.contains("mistake"), "{words}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "theme = \n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("config.toml"));
        fs::write(&real, "# mine\n").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        keep(&link, &Choice::Theme("mono".to_owned())).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("mono"));
    }
}
