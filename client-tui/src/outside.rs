//! The editor that a person is used to: a text goes there in a file that only they can read, and
//! comes back when it has ended. Who may use the terminal meanwhile is decided in `runtime`.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// More than this does not come back, but stays in its file.
const MOST: u64 = 2 * 1024 * 1024;

/// What is tried when neither `VISUAL` nor `EDITOR` names one.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

const ADVICE: &str = "set VISUAL or EDITOR to your editor's command";

/// What an editor came to: the text, or words on what went wrong.
pub type Edited = Result<String, String>;

/// How long an editor may take to end when it is asked to, before it is made to.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where editors are started, and report to.
#[derive(Debug)]
pub struct Outside {
    /// The editor's command.
    editor: String,
    report: mpsc::Sender<Edited>,
    reports: mpsc::Receiver<Edited>,
    running: Arc<Mutex<Running>>,
    /// What an editor came to that there was nobody left to show to.
    untold: Option<String>,
}

/// The editor that has the terminal.
#[derive(Debug, Default)]
struct Running {
    /// Until it is waited for: as long as it is here, its id is no other program's.
    child: Option<Child>,
    /// No editor is to go on, for this program ends.
    stopped: bool,
}

/// Reports an editor's end exactly once, even when its thread panics: otherwise the terminal would
/// be lent for ever.
struct Report(Option<mpsc::Sender<Edited>>);

impl Report {
    fn send(mut self, edited: Edited) {
        if let Some(report) = self.0.take() {
            _ = report.blocking_send(edited);
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(report) = self.0.take() {
            _ = report.try_send(Err("the editor was lost by a mistake in chat-tui".to_owned()));
        }
    }
}

impl Default for Outside {
    fn default() -> Self {
        Self::with(chosen(|name| std::env::var(name).ok()))
    }
}

impl Outside {
    /// With this editor, whatever the person is used to.
    #[must_use]
    pub fn with(editor: String) -> Self {
        let (report, reports) = mpsc::channel(4);
        Self { editor, report, reports, running: Arc::default(), untold: None }
    }

    /// Opens the text in the person's editor, on a thread of its own; [`Self::next`] tells the end.
    pub(crate) fn open(&self, text: String) {
        let (editor, running) = (self.editor.clone(), Arc::clone(&self.running));
        self.begin(move || edit(&editor, &text, &running));
    }

    fn begin(&self, edit: impl FnOnce() -> Edited + Send + 'static) {
        let report = Report(Some(self.report.clone()));
        let run = move || report.send(edit());
        // Without a thread the report is dropped, and says so.
        _ = std::thread::Builder::new().name("editor".to_owned()).spawn(run);
    }

    /// Reports that no editor could be opened.
    pub(crate) fn fail(&self, error: &io::Error) {
        _ = self.report.try_send(Err(format!("the terminal could not be handed over: {error}")));
    }

    /// Ends the editor that has the terminal, by force if it does not follow. What was written
    /// stays in its file, and [`Self::untold`] names that.
    pub(crate) async fn stop(&mut self) {
        held(&self.running).stopped = true;
        for end in [ask_to_end, Child::kill] {
            if let Some(child) = &mut held(&self.running).child {
                // It may have ended by itself just now.
                _ = end(child);
            }
            if let Ok(edited) = timeout(PATIENCE, self.next()).await {
                self.untold = edited.err();
                return;
            }
        }
    }

    /// What is to be told when the terminal was given back.
    pub(crate) fn untold(&mut self) -> Option<String> {
        self.untold.take()
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

fn held(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    // Nothing in there can be half done.
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

fn edit(editor: &str, text: &str, running: &Mutex<Running>) -> Edited {
    let lost = |error: io::Error| format!("no file could be made for your editor: {error}");
    let mut file =
        tempfile::Builder::new().prefix("chat-").suffix(".md").tempfile().map_err(lost)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(lost)?;
    match run(command(editor, &file), running) {
        Ok(_) if held(running).stopped => match is_changed(&file, text) {
            true => Err(kept(file)),
            false => Ok(text.to_owned()),
        },
        Ok(status) if status.success() => take_back(file, text),
        Ok(status) => Err(failed(editor, status, file, text)),
        Err(error) => Err(format!("‘{editor}’ could not be started ({error}): {ADVICE}")),
    }
}

/// Runs the editor to its end. It can be signalled until then, and not any more when its id may be
/// another program's.
fn run(mut command: Command, running: &Mutex<Running>) -> io::Result<ExitStatus> {
    let id = {
        let mut running = held(running);
        if running.stopped {
            return Err(io::ErrorKind::Interrupted.into());
        }
        running.child.insert(command.spawn()?).id()
    };
    wait_for_end(id);
    let child = held(running).child.take();
    child.ok_or_else(|| io::Error::other("it is gone"))?.wait()
}

/// Lets the editor put its own affairs in order: many keep what was not saved.
#[cfg(unix)]
fn ask_to_end(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    Ok(kill_process(Pid::from_child(child), Signal::TERM)?)
}

/// Where programs cannot be asked.
#[cfg(not(unix))]
fn ask_to_end(child: &mut Child) -> io::Result<()> {
    child.kill()
}

/// Waits until the editor has ended, and leaves its id to it.
#[cfg(unix)]
fn wait_for_end(id: u32) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    // An error leaves the wait to whoever takes the status.
    _ = id.map(|id| rustix::io::retry_on_intr(|| waitid(WaitId::Pid(id), options)));
}

/// Where nobody signals the editor, taking its status is waiting enough.
#[cfg(not(unix))]
fn wait_for_end(_id: u32) {}

/// What an editor's failure is in words. Whatever it wrote before stays in its file.
fn failed(editor: &str, status: ExitStatus, file: NamedTempFile, before: &str) -> String {
    let changed = is_changed(&file, before);
    let end = match status.code() {
        // So a shell tells that there is no such program, or that it is none.
        Some(126 | 127) => format!("‘{editor}’ could not be started: {ADVICE}"),
        _ => format!("‘{editor}’ ended with a failure ({status})"),
    };
    match (changed, status.code()) {
        (true, _) => format!("{}; {end}", kept(file)),
        (false, Some(126 | 127)) => end,
        (false, _) => format!("{end}: the text is as it was"),
    }
}

fn is_changed(file: &NamedTempFile, before: &str) -> bool {
    match read(file) {
        Ok(bytes) => bytes != before.as_bytes(),
        // What cannot be read may be worth all the more.
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Leaves the file where it is, and tells where that is.
fn kept(file: NamedTempFile) -> String {
    match file.into_temp_path().keep() {
        Ok(path) => format!("what you wrote is in {}", path.display()),
        Err(error) => format!("what you wrote could not be kept: {error}"),
    }
}

/// The editor's command with the file; what people set has arguments and quotes, as a shell's line.
#[cfg(unix)]
fn command(editor: &str, file: &NamedTempFile) -> Command {
    let mut command = Command::new("sh");
    // A shell that stays around must not die of Ctrl-C, which is the editor's own affair.
    let exec = if is_one_program(editor) { "exec " } else { "" };
    let line = format!("trap : INT; {exec}{editor} \"$@\"");
    command.arg("-c").arg(line).arg(editor).arg(file.path());
    command
}

/// Whether the line only starts a program. Then that takes the shell's place, so that what is
/// signalled is the editor itself.
#[cfg(unix)]
fn is_one_program(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    !line.contains(['|', '&', ';', '<', '>', '(', ')', '{', '}', '!', '`', '$', '\n'])
        && !first.contains('=')
}

/// The editor's command with the file.
#[cfg(not(unix))]
fn command(editor: &str, file: &NamedTempFile) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(USUAL));
    command.args(words).arg(file.path());
    command
}

/// What is in the file now, or as much of it as tells that it is too much. Read by its name: many
/// editors put a new file in its place.
fn read(file: &NamedTempFile) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file.path())?.take(MOST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text as it is in the file now.
fn take_back(file: NamedTempFile, before: &str) -> Edited {
    let bytes = match read(&file) {
        Ok(bytes) if bytes.len() as u64 > MOST => {
            return Err(format!("{}: that is too much to take back", kept(file)));
        }
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!("what you wrote could not be read: {error}"));
        }
        Err(error) => return Err(format!("{}, but could not be read: {error}", kept(file))),
    };
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
            edit(editor, text, &Mutex::default()),
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
        check("f() { echo more >> \"$1\"; exit 3; }; f", "a", Err("what you wrote is in /"));
        check("f() { head -c 3000000 /dev/zero > \"$1\"; }; f", "", Err("is in /"));
    }

    #[test]
    fn what_a_failed_editor_wrote_stays_in_its_file() {
        let script = "f() { echo written > \"$1\"; exit 1; }; f";
        let words = edit(script, "draft", &Mutex::default()).unwrap_err();
        let path = words.strip_prefix("what you wrote is in ").unwrap();
        let path = path.split(';').next().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "written\n");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_editor_itself_is_signalled_where_the_line_is_one_program() {
        let check = |line: &str, expected: bool| assert_eq!(is_one_program(line), expected);
        check("vim", true);
        check("\"/opt/My Editor/bin\" --wait=yes", true);
        check("TERM=xterm vim", false);
        check("cd /; vim", false);
    }

    /// An editor that has written into its file and then waits for nothing; it has begun.
    async fn waiting(folder: &tempfile::TempDir, outside: &Outside, then: &str) {
        let begun = folder.path().join("begun");
        let editor = format!("f() {{ {then}; touch '{}'; exec sleep 60; }}; f", begun.display());
        let running = Arc::clone(&outside.running);
        outside.begin(move || edit(&editor, "draft", &running));
        while !begun.exists() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn an_editor_is_stopped_and_leaves_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let mut outside = Outside::default();
        waiting(&folder, &outside, "echo more >> \"$1\"").await;
        outside.stop().await;
        let words = outside.untold().unwrap();
        let path = words.strip_prefix("what you wrote is in ").unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "draftmore\n");
        std::fs::remove_file(path).unwrap();
        assert!(held(&outside.running).child.is_none());
        // Without a change there is nothing to tell, and one that does not listen is ended too.
        let folder = tempfile::tempdir().unwrap();
        let mut outside = Outside::default();
        waiting(&folder, &outside, "trap '' TERM").await;
        outside.stop().await;
        assert_eq!(outside.untold(), None);
        assert!(held(&outside.running).child.is_none());
    }

    #[tokio::test]
    async fn a_mistake_in_the_thread_is_an_end_too() {
        let mut outside = Outside::default();
        outside.begin(|| panic!("a mistake"));
        assert!(outside.next().await.unwrap_err().contains("lost by a mistake"));
    }
}
