//! The clipboard of whoever sits at the terminal: by the terminal itself, and within tmux by tmux.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread::Builder;

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;

/// Puts a text on the clipboard, if the terminal lets programs do that.
pub(super) fn copy(out: &mut impl Write, text: &str) -> io::Result<()> {
    if std::env::var_os("TMUX").is_some_and(|tmux| !tmux.is_empty()) {
        hand_to_tmux(text.to_owned());
    }
    // tmux swallows this one unless it is told otherwise; where it does not, both say the same.
    queue!(out, CopyToClipboard::to_clipboard_from(text))
}

/// Has tmux put it there: it does that for its own commands, however it is set, since 3.2. Nobody
/// waits for it, and where it cannot, nothing is lost.
fn hand_to_tmux(text: String) {
    let work = move || {
        let mut command = Command::new("tmux");
        command.args(["load-buffer", "-w", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(mut tmux) = command.spawn() else { return };
        if let Some(mut stdin) = tmux.stdin.take() {
            _ = stdin.write_all(text.as_bytes());
        }
        _ = tmux.wait();
    };
    _ = Builder::new().name("tmux".to_owned()).spawn(work);
}
