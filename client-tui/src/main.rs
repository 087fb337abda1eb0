//! The program: arguments, the terminal's guard, exit codes. 0 left, 1 failed, 2 bad usage; those of
//! subcommands are their own.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::Context;
use chat_tui::arguments::Launch;
use chat_tui::arguments::Wanted;
use chat_tui::{config, glyph, log, scripts, terminal};

fn main() -> ExitCode {
    let launch = match Wanted::from_process() {
        Wanted::Chat(launch) => *launch,
        Wanted::Script(script, usual) => return scripts::run(*script, usual),
        Wanted::Sample => {
            // Whoever closes the pipe has seen enough.
            _ = std::io::stdout().write_all(config::sample().as_bytes());
            return ExitCode::SUCCESS;
        }
    };
    if !terminal::is_there() {
        say("chat-tui needs a terminal to draw in; for scripts there are chat-tui send and tail");
        return ExitCode::from(2);
    }
    if let Some(path) = &launch.log
        && let Err(error) = log::open(path)
    {
        say(&format!("chat-tui: {}: {error}: name another --log-file", path.display()));
        return ExitCode::FAILURE;
    }
    terminal::speak_after_restoring();
    let code = match catch_unwind(AssertUnwindSafe(|| start(launch))) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            say(&format!("chat-tui: {error:#}"));
            ExitCode::FAILURE
        }
        Err(_) => {
            say("chat-tui: this is a mistake in the program; your messages are on the server");
            ExitCode::FAILURE
        }
    };
    if let Some(words) = log::close() {
        say(&format!("chat-tui: {words}"));
    }
    if let Some(panic) = terminal::quiet_panic() {
        say(&format!("chat-tui: the hosted room had a mistake: {panic}"));
    }
    code
}

fn start(launch: Launch) -> anyhow::Result<()> {
    // Shown when the terminal is ours, and still there to be copied when it is not any more.
    for line in &launch.habits.mistakes {
        say(&if launch.look.ascii { glyph::in_ascii(line) } else { line.clone() });
    }
    let tell = |trouble: &str| say(&format!("chat-tui: {trouble}"));
    chat_tui::run(launch, tell)
        .context("the terminal cannot be used any more; start again in another")
}

/// One line for people, where it does not matter if nobody can read it any more.
fn say(line: &str) {
    _ = writeln!(std::io::stderr(), "{line}");
}
