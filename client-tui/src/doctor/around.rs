//! What the environment tells: no terminal is asked.

use super::report::{Finding, Section};
use crate::look::{Colours, Depth};

/// Reads the variables that matter.
pub(super) fn section(wished: Colours, variable: &dyn Fn(&str) -> Option<String>) -> Section {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut section = Section::new("What the environment says");
    section.add(term(value("TERM")));
    section.add(colours(wished, &value));
    section.add(locale([value("LC_ALL"), value("LC_CTYPE"), value("LANG")]));
    if let Some(finding) = between(&value) {
        section.add(finding);
    }
    if value("SSH_CONNECTION").is_some() {
        let words = "this is another machine: bell, copying and notifications reach yours through the terminal";
        section.add(Finding::ok("ssh", words));
    }
    section
}

fn term(term: Option<String>) -> Finding {
    match term.as_deref() {
        None => Finding::wrong("TERM", "not set")
            .advise("export TERM=xterm-256color, or use another terminal"),
        Some("dumb") => Finding::wrong("TERM", "dumb: this cannot show a full-screen program")
            .advise("use another terminal; chat-tui send and tail work here"),
        Some(term) => Finding::ok("TERM", term),
    }
}

/// As many as the client itself would show here, and what most often decides it: the variables, if
/// it is left to them.
fn colours(wished: Colours, value: &dyn Fn(&str) -> Option<String>) -> Finding {
    if wished != Colours::Auto {
        let count = match wished.depth(value) {
            Depth::None => "none",
            Depth::Sixteen => "16",
            Depth::Indexed => "256",
            Depth::True => "16 million",
        };
        let words = format!("{count}, as you chose (color = \"{}\")", wished.name());
        return Finding::ok("colours", words);
    }
    let told = |name: &str| value(name).map(|value| format!("{name}={value}"));
    let told: Vec<String> = ["COLORTERM", "TERM"].into_iter().filter_map(told).collect();
    let counted = |count: &str| match told.is_empty() {
        true => count.to_owned(),
        false => format!("{count} ({})", told.join(", ")),
    };
    match wished.depth(value) {
        Depth::None if value("NO_COLOR").is_some() => {
            Finding::ok("colours", "none, as NO_COLOR asks")
        }
        Depth::None => Finding::look_out("colours", counted("none"))
            .advise("if there are some after all: chat-tui --color always"),
        Depth::Sixteen => Finding::look_out("colours", counted("16, as far as is told"))
            .advise("most terminals can more: try TERM=xterm-256color, and COLORTERM=truecolor"),
        Depth::Indexed => Finding::ok("colours", counted("256")),
        Depth::True => Finding::ok("colours", counted("16 million")),
    }
}

fn locale([all, ctype, lang]: [Option<String>; 3]) -> Finding {
    let locale = all.or(ctype).or(lang);
    let folded = locale.as_deref().unwrap_or_default().to_lowercase().replace('-', "");
    match locale {
        Some(locale) if folded.contains("utf8") => Finding::ok("locale", locale),
        locale => {
            let words = match locale {
                Some(locale) => format!("{locale}: not UTF-8"),
                None => "none is set".to_owned(),
            };
            Finding::look_out("locale", format!("{words}; chat-tui writes UTF-8 all the same"))
                .advise("where letters are garbled: export LANG=C.UTF-8")
        }
    }
}

/// Programs between us and the terminal, and what they keep from us.
fn between(value: &dyn Fn(&str) -> Option<String>) -> Option<Finding> {
    if value("TMUX").is_some() {
        let finding = Finding::look_out("tmux", "stands between this program and the terminal")
            .advise("copying: set -g set-clipboard on")
            .advise("notifications: set -g allow-passthrough on")
            .advise("Shift+Enter: set -g extended-keys on; Alt+Enter works in any case");
        return Some(finding);
    }
    if value("STY").is_some() {
        let finding = Finding::look_out("screen", "stands between this program and the terminal")
            .advise("no true colour, no copying, no Shift+Enter in there: tmux knows more");
        return Some(finding);
    }
    value("ZELLIJ").map(|_| {
        Finding::look_out("zellij", "stands between this program and the terminal")
            .advise("Alt and Ctrl keys of its own come first: Ctrl-G there locks them")
    })
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict::{self, LookOut, Ok, Wrong};
    use super::*;

    fn verdicts(variables: &[(&str, &str)]) -> Vec<Verdict> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        section(Colours::Auto, &variable).findings.iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn colours_are_those_that_the_client_would_show() {
        let check = |variables: &[(&str, &str)], expected: &str| {
            let variable = |name: &str| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            let text = section(Colours::Auto, &variable).text(false, None);
            let line = text.lines().find(|line| line.contains(" colours ")).unwrap_or_default();
            assert!(line.ends_with(expected), "{variables:?}: {line}");
        };
        check(&[("TERM", "xterm-256color")], " 256 (TERM=xterm-256color)");
        check(&[("TERM", "xterm"), ("COLORTERM", "24bit")], "(COLORTERM=24bit, TERM=xterm)");
        check(&[("TERM", "xterm-kitty")], " 16 million (TERM=xterm-kitty)");
        check(&[("TERM", "xterm"), ("TERM_PROGRAM", "iTerm.app")], " 16 million (TERM=xterm)");
        check(&[("TERM", "xterm"), ("WT_SESSION", "1")], " 16 million (TERM=xterm)");
        check(&[("TERM", "screen"), ("TMUX", "/tmp/x")], " 256 (TERM=screen)");
        check(&[("TERM", "linux")], " 16, as far as is told (TERM=linux)");
        check(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], "(COLORTERM=truecolor, TERM=dumb)");
        check(&[("TERM", "vt220")], " none (TERM=vt220)");
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], " none, as NO_COLOR asks");
        check(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], " 256 (TERM=xterm-256color)");
    }

    #[test]
    fn colours_that_were_chosen_are_told_as_chosen() {
        let check = |wished: &str, expected: &str| {
            let variable = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
            let text = section(Colours::named(wished).unwrap(), &variable).text(false, None);
            assert!(text.contains(expected), "{text}");
        };
        check("never", " none, as you chose (color = \"never\")");
        check("256", " 256, as you chose (color = \"256\")");
        check("always", " 16, as you chose (color = \"always\")");
        check("auto", " none, as NO_COLOR asks");
    }

    #[test]
    fn the_environment_tells_what_to_expect() {
        let check = |variables: &[(&str, &str)], expected: &[Verdict]| {
            assert_eq!(verdicts(variables), expected, "{variables:?}");
        };
        let (term, lang) = (("TERM", "xterm-256color"), ("LANG", "C.UTF-8"));
        check(&[term, lang], &[Ok, Ok, Ok]);
        // Where there is no TERM, consoles have all colours.
        let bare = if cfg!(windows) { Ok } else { LookOut };
        check(&[], &[Wrong, bare, LookOut]);
        check(&[("TERM", "dumb"), lang], &[Wrong, LookOut, Ok]);
        check(&[("TERM", "xterm"), ("COLORTERM", "truecolor"), lang], &[Ok, Ok, Ok]);
        check(&[term, ("LC_ALL", "C"), lang], &[Ok, Ok, LookOut]);
        check(&[term, lang, ("TMUX", "/tmp/x")], &[Ok, Ok, Ok, LookOut]);
        check(&[("TERM", "xterm"), ("NO_COLOR", "1"), lang], &[Ok, Ok, Ok]);
    }
}
