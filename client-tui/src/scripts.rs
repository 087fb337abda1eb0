//! The subcommands, which need no screen: runs one, and says in one line why it failed.

mod manual;
mod send;
mod tail;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use chat_protocol::Nick;

use crate::arguments::scripts::Script;
use crate::doctor;
use crate::failed::Failed;
use crate::look::{Colours, Depth};

/// Runs a subcommand; `login` is who one is when nothing else says.
#[must_use]
pub fn run(script: Script, login: Nick) -> ExitCode {
    let done = match script {
        Script::Send(arguments) => send::run(&arguments, login).map(|()| ExitCode::SUCCESS),
        Script::Tail(arguments) => tail::run(arguments, login),
        Script::Doctor(arguments) => doctor::run(&arguments),
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

/// Whether what is printed is to be coloured: on a terminal that has colours, unless the
/// environment asks for none.
pub(crate) fn is_coloured() -> bool {
    io::stdout().is_terminal() && shows_colours(|name| std::env::var(name).ok())
}

fn shows_colours(variable: impl Fn(&str) -> Option<String>) -> bool {
    Colours::Auto.depth(variable) != Depth::None
}

/// Why output does not go out.
fn unwritten(error: &io::Error) -> Failed {
    Failed::new(format!("the output cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_has_colours_where_the_client_has_some() {
        let check = |variables: &[(&str, &str)], expected| {
            let variable = |name: &str| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(shows_colours(variable), expected, "{variables:?}");
        };
        check(&[("TERM", "xterm")], true);
        check(&[("TERM", "dumb")], false);
        check(&[("TERM", "xterm"), ("NO_COLOR", "1")], false);
        check(&[("TERM", "xterm"), ("NO_COLOR", "")], true);
    }
}
