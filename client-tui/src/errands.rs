//! What takes long and is done on threads of its own, beside the link and a hosted room: colouring
//! code, having an address opened, keeping what was chosen.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::Builder;

use tokio::sync::mpsc;

use crate::config::keep::{Choice, Keeper};
use crate::event::Event;
use crate::highlight::Snippet;

/// What the name of the thread that colours code begins with: its panic is its own.
pub const THREAD: &str = "highlight";

/// Answers that may wait for the client; the threads wait with what is more.
const ANSWERS: usize = 16;

/// Snippets that may wait to be coloured; the state asks for fewer at a time, so that none is lost.
#[cfg(feature = "highlight")]
const SNIPPETS: usize = crate::state::highlights::ASKED_MOST;

/// Programs that may be opening addresses at a time: some of them stay until they are closed.
const OPENING: usize = 16;

/// The threads, as far as they were needed.
#[derive(Debug)]
pub struct Errands {
    sender: mpsc::Sender<Event>,
    receiver: mpsc::Receiver<Event>,
    #[cfg(feature = "highlight")]
    snippets: Option<std::sync::mpsc::SyncSender<Snippet>>,
    /// Where choices are kept, if anywhere.
    config: Option<PathBuf>,
    keeper: Option<Keeper>,
    /// As many are held as programs are opening addresses.
    opening: Arc<()>,
}

impl Default for Errands {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(ANSWERS);
        Self {
            sender,
            receiver,
            #[cfg(feature = "highlight")]
            snippets: None,
            config: None,
            keeper: None,
            opening: Arc::new(()),
        }
    }
}

impl Errands {
    /// From now on what is chosen is kept in this file.
    pub fn keep_in(&mut self, path: Option<PathBuf>) {
        self.config = path;
    }

    /// Has a choice kept; [`Event::NotKept`] answers where that fails.
    pub fn keep(&mut self, choice: Choice) {
        if self.keeper.is_none() {
            let Some(path) = self.config.clone() else { return };
            let answers = self.sender.clone();
            let tell = move |words| _ = answers.try_send(Event::NotKept(words));
            self.keeper = Keeper::new(path, tell).ok();
        }
        if !self.keeper.as_ref().is_some_and(|keeper| keeper.keep(choice)) {
            let words = "not kept: the disk does not take it in".to_owned();
            _ = self.sender.try_send(Event::NotKept(words));
        }
    }

    /// Waits until everything is kept, but not for long.
    pub fn close(self) {
        if let Some(keeper) = self.keeper {
            keeper.close();
        }
    }

    /// Has code coloured; [`Event::Highlighted`] answers. A full queue, which nobody fills who asks
    /// for [`crate::effect::Effect::Highlight`] as the state does, leaves the code plain.
    #[cfg(feature = "highlight")]
    pub fn highlight(&mut self, snippet: Snippet) {
        if self.snippets.is_none() {
            let (sender, snippets) = std::sync::mpsc::sync_channel(SNIPPETS);
            let answers = self.sender.clone();
            let work = move || colour(&snippets, &answers);
            if Builder::new().name(THREAD.to_owned()).spawn(work).is_ok() {
                self.snippets = Some(sender);
            }
        }
        if let Some(snippets) = &self.snippets {
            _ = snippets.try_send(snippet);
        }
    }

    /// Without the means to colour code it stays plain.
    #[cfg(not(feature = "highlight"))]
    pub fn highlight(&mut self, _snippet: Snippet) {}

    /// Has a web address opened by whatever opens addresses here; [`Event::Opened`] answers.
    pub fn open(&mut self, url: String) {
        let answers = self.sender.clone();
        let fail = |url: &str, words: &str| {
            _ = answers
                .try_send(Event::Opened { url: url.to_owned(), result: Err(words.to_owned()) });
        };
        if Arc::strong_count(&self.opening) > OPENING {
            return fail(&url, "too many are being opened");
        }
        let held = Arc::clone(&self.opening);
        let (answers, asked) = (self.sender.clone(), url.clone());
        let work = move || {
            let result = open(&asked, |name| std::env::var(name).ok());
            _ = answers.blocking_send(Event::Opened { url: asked, result });
            drop(held);
        };
        if Builder::new().name("open".to_owned()).spawn(work).is_err() {
            fail(&url, "this machine has no thread left");
        }
    }

    /// Has this machine's addresses found out; [`Event::Addresses`] answers.
    pub fn find_addresses(&mut self) {
        let answers = self.sender.clone();
        let work = move || {
            _ = answers.blocking_send(Event::Addresses(crate::hosting::addresses()));
        };
        // Without a thread for it, the address is the one that we know.
        _ = Builder::new().name("addresses".to_owned()).spawn(work);
    }

    /// The next answer. Safe to cancel.
    pub async fn next(&mut self) -> Event {
        match self.receiver.recv().await {
            Some(event) => event,
            // We hold a sender ourselves.
            None => std::future::pending().await,
        }
    }
}

/// Colours snippets until nobody hands in any more. A grammar that fails on one of them fails for
/// that one.
#[cfg(feature = "highlight")]
fn colour(snippets: &std::sync::mpsc::Receiver<Snippet>, answers: &mpsc::Sender<Event>) {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let painter = crate::highlight::Painter::new();
    while let Ok(snippet) = snippets.recv() {
        let painted =
            catch_unwind(AssertUnwindSafe(|| painter.paint(&snippet, crate::highlight::PATIENCE)));
        let runs = painted.unwrap_or_default();
        if answers.blocking_send(Event::Highlighted { snippet, runs }).is_err() {
            return;
        }
    }
}

/// Opens an address and waits for the opener; why not, in words.
fn open(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let mut command = opener(url, std::env::consts::OS, variable)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A browser for terminals must not take this one: it is stopped when it tries.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("{program} could not open it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("{program} is not installed here"))
        }
        Err(error) => Err(format!("{program} does not start: {error}")),
    }
}

/// The program that opens addresses on a system. Addresses are handed over as one argument, never
/// to a shell.
fn opener(
    url: &str,
    system: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Command, String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = matches!(scheme.as_deref(), Some("http" | "https"));
    if !is_web || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("only web addresses are opened".to_owned());
    }
    let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let mut command = match system {
        "macos" => Command::new("open"),
        "windows" => {
            let mut command = Command::new("rundll32");
            command.arg("url.dll,FileProtocolHandler");
            command
        }
        _ if has("DISPLAY") || has("WAYLAND_DISPLAY") || has("WSL_DISTRO_NAME") => {
            Command::new("xdg-open")
        }
        _ => return Err("there is no desktop to open it on".to_owned()),
    };
    command.arg(url);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "highlight")]
    #[tokio::test]
    async fn code_is_coloured_aside() {
        let mut errands = Errands::default();
        for language in ["rust", "no-such-language"] {
            let (language, code) = (language.to_owned(), "fn main() {}".to_owned());
            errands.highlight(Snippet { language, code });
        }
        for known in [true, false] {
            let Event::Highlighted { snippet, runs } = errands.next().await else {
                unreachable!("nothing else was asked");
            };
            assert_eq!(snippet.code, "fn main() {}");
            assert_eq!(!runs.is_empty(), known);
        }
    }

    #[tokio::test]
    async fn what_cannot_be_opened_says_why() {
        let mut errands = Errands::default();
        errands.open("file:///etc/passwd".to_owned());
        let Event::Opened { url, result } = errands.next().await else {
            unreachable!("nothing else was asked");
        };
        assert_eq!(url, "file:///etc/passwd");
        assert_eq!(result, Err("only web addresses are opened".to_owned()));
    }

    #[test]
    fn only_web_addresses_are_opened_and_only_on_a_desktop() {
        let check =
            |url: &str, system: &str, variables: &[&str], expected: Result<&[&str], &str>| {
                let variable = |name: &str| variables.contains(&name).then(|| ":0".to_owned());
                let command = opener(url, system, variable).map(|command| {
                    let arguments = command.get_args();
                    let words = std::iter::once(command.get_program()).chain(arguments);
                    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>()
                });
                let expected = expected.map_err(ToOwned::to_owned);
                let command = command.as_deref().map_err(Clone::clone);
                assert_eq!(
                    command.map(|words| words.iter().map(String::as_str).collect::<Vec<_>>()),
                    expected.map(<[&str]>::to_vec),
                    "{url} on {system}"
                );
            };
        let url = "https://a.org/?a=1&b=$(x)";
        let web = Err("only web addresses are opened");
        check(url, "linux", &["DISPLAY"], Ok(&["xdg-open", url]));
        check(url, "linux", &[], Err("there is no desktop to open it on"));
        check(url, "macos", &[], Ok(&["open", url]));
        check(url, "windows", &[], Ok(&["rundll32", "url.dll,FileProtocolHandler", url]));
        check("file:///etc/passwd", "macos", &[], web);
        check("HTTPS://a.org", "macos", &[], Ok(&["open", "HTTPS://a.org"]));
        check("x http://a.org", "macos", &[], web);
        check("--help", "macos", &[], web);
        check("https://a\x1b", "macos", &[], web);
    }
}
