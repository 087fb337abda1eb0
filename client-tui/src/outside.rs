//! The editor that a person is used to: a text goes there in a file that only they can read, and
//! comes back when it has ended. Who may use the terminal meanwhile is decided in `runtime`.

use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus};

use tempfile::NamedTempFile;
use tokio::sync::mpsc;

/// More than this does not come back, but stays in its file.
const MOST: u64 = 2 * 1024 * 1024;

/// What is tried when neither `VISUAL` nor `EDITOR` names one.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// What an editor came to: the text, or words on what went wrong.
pub type Edited = Result<String, String>;

/// Where editors are started, and report to.
#[derive(Debug)]
pub struct Outside {
    report: mpsc::Sender<Edited>,
    reports: mpsc::Receiver<Edited>,
}

impl Default for Outside {
    fn default() -> Self {
        let (report, reports) = mpsc::channel(4);
        Self { report, reports }
    }
}

impl Outside {
    /// Opens the text in the person's editor, on a thread of its own; [`Self::next`] tells the end.
    pub(crate) fn open(&self, text: String) {
        let report = self.report.clone();
        let run = move || {
            let editor = chosen(|name| std::env::var(name).ok());
            _ = report.blocking_send(edit(&editor, &text));
        };
        if let Err(error) = std::thread::Builder::new().name("editor".to_owned()).spawn(run) {
            self.fail(&error);
        }
    }

    /// Reports that no editor could be opened.
    pub(crate) fn fail(&self, error: &io::Error) {
        _ = self.report.try_send(Err(format!("the terminal could not be handed over: {error}")));
    }

    /// The next editor's end. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Edited {
        match self.reports.recv().await {
            Some(edited) => edited,
            // Cannot be: one end of the queue is ours.
            None => std::future::pending().await,
        }
    }
}

/// The editor's command, as the shell has it.
fn chosen(variable: impl Fn(&str) -> Option<String>) -> String {
    let names = ["VISUAL", "EDITOR"].iter().filter_map(|name| variable(name));
    names
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
        .unwrap_or(USUAL.to_owned())
}

fn edit(editor: &str, text: &str) -> Edited {
    let lost = |error: io::Error| format!("no file could be made for your editor: {error}");
    let mut file =
        tempfile::Builder::new().prefix("chat-").suffix(".md").tempfile().map_err(lost)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(lost)?;
    match command(editor, &file).status() {
        Ok(status) if status.success() => take_back(file, text),
        Ok(status) => Err(failed(editor, status)),
        Err(error) => Err(format!("‘{editor}’ could not be started ({error}): {ADVICE}")),
    }
}

const ADVICE: &str = "set VISUAL or EDITOR to your editor's command";

fn failed(editor: &str, status: ExitStatus) -> String {
    // So a shell tells that there is no such program, or that it is none.
    match status.code() {
        Some(126 | 127) => format!("‘{editor}’ could not be started: {ADVICE}"),
        _ => format!("‘{editor}’ ended with a failure ({status}): the text is as it was"),
    }
}

/// The editor's command with the file; what people set has arguments and quotes, as a shell's line.
#[cfg(unix)]
fn command(editor: &str, file: &NamedTempFile) -> Command {
    let mut command = Command::new("sh");
    // Ctrl-C is the editor's own affair: the shell around it must not die of it.
    let line = format!("trap : INT; {editor} \"$@\"");
    command.arg("-c").arg(line).arg(editor).arg(file.path());
    command
}

/// The editor's command with the file.
#[cfg(not(unix))]
fn command(editor: &str, file: &NamedTempFile) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(USUAL));
    command.args(words).arg(file.path());
    command
}

/// The text as it is in the file now. Read by its name: many editors put a new file in its place.
fn take_back(file: NamedTempFile, before: &str) -> Edited {
    let mut bytes = Vec::new();
    std::fs::File::open(file.path())
        .and_then(|opened| opened.take(MOST + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("what you wrote could not be read: {error}"))?;
    if bytes.len() as u64 > MOST {
        let kept = file.into_temp_path().keep().map_err(|error| error.to_string())?;
        return Err(format!("that is too much to take back: it is in {}", kept.display()));
    }
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    // Editors end the last line; whoever wrote it did not.
    if text.ends_with('\n') && !before.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_editor_is_the_persons() {
        let check = |visual: Option<&str>, editor: Option<&str>, expected: &str| {
            let variable = |name: &str| if name == "VISUAL" { visual } else { editor };
            assert_eq!(chosen(|name| variable(name).map(str::to_owned)), expected);
        };
        check(Some("emacs -nw"), Some("vim"), "emacs -nw");
        check(Some(" "), Some("vim"), "vim");
        check(None, None, "vi");
    }

    #[test]
    fn texts_go_there_and_back() {
        let check = |editor: &str, text: &str, expected: Result<&str, &str>| match (
            edit(editor, text),
            expected,
        ) {
            (Ok(text), Ok(expected)) => assert_eq!(text, expected, "{editor}"),
            (Err(words), Err(part)) => assert!(words.contains(part), "{editor}: {words}"),
            (edited, _) => panic!("{editor}: {edited:?}"),
        };
        check("true", "as it was", Ok("as it was"));
        check("sed -i s/a/b/", "a", Ok("b"));
        check("f() { printf 'x\\ny\\n' > \"$1\"; }; f", "", Ok("x\ny"));
        check("f() { printf '\\377' > \"$1\"; }; f", "", Ok("\u{FFFD}"));
        check("f() { test $(stat -c %a \"$1\") = 600; }; f", "secret", Ok("secret"));
        check("no-such-editor", "a", Err("set VISUAL"));
        check("false", "a", Err("the text is as it was"));
        check("rm", "a", Err("could not be read"));
        check("f() { head -c 3000000 /dev/zero > \"$1\"; }; f", "", Err("it is in /"));
    }
}
