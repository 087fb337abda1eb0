//! The subcommands, which need no screen: runs one, and says in one line why it failed.

mod manual;
mod send;
mod tail;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::arguments::scripts::{Script, Usual};
use crate::doctor;
use crate::failed::Failed;
use crate::look::{Colours, Depth};

/// Runs a subcommand.
#[must_use]
pub fn run(script: Script, usual: Usual) -> ExitCode {
    let Usual { login, colours } = usual;
    let done = match script {
        Script::Send(arguments) => send::run(&arguments, login).map(|()| ExitCode::SUCCESS),
        Script::Tail(arguments) => tail::run(arguments, login, colours),
        Script::Doctor(arguments) => doctor::run(&arguments, colours),
        Script::Completions(arguments) => {
            manual::completions(arguments.shell).map(|()| ExitCode::SUCCESS)
        }
        Script::Man(arguments) => manual::pages(&arguments).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|Failed { words, code }| {
        say(&words);
        ExitCode::from(code)
    })
}

/// One line for people, where it does not matter if nobody can read it any more.
fn say(words: &str) {
    _ = writeln!(io::stderr(), "chat-tui: {words}");
}

/// Writes to whoever reads this program's output; that nobody does any more is no failure.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(&error)),
        _ => Ok(()),
    }
}

/// Whether what is printed is to be coloured: on a terminal where the client would have colours.
pub(crate) fn is_coloured(colours: Colours) -> bool {
    io::stdout().is_terminal() && colours.depth(|name| std::env::var(name).ok()) != Depth::None
}

/// Why output does not go out.
fn unwritten(error: &io::Error) -> Failed {
    Failed::new(format!("the output cannot be written: {error}"))
}
