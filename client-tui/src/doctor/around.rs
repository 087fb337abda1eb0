//! What the environment tells: no terminal is asked.

use super::report::{Finding, Section};

/// Reads the variables that matter.
pub(super) fn section(variable: &dyn Fn(&str) -> Option<String>) -> Section {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut section = Section::new("What the environment says");
    section.add(term(value("TERM")));
    section.add(colours(value("TERM"), value("COLORTERM"), value("NO_COLOR")));
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

fn colours(term: Option<String>, colorterm: Option<String>, no_color: Option<String>) -> Finding {
    let term = term.unwrap_or_default();
    let known = colorterm.unwrap_or_default();
    if no_color.is_some() {
        return Finding::ok("colours", "none, as NO_COLOR asks");
    }
    if matches!(&*known, "truecolor" | "24bit") {
        return Finding::ok("colours", format!("16 million (COLORTERM={known})"));
    }
    if term.contains("direct") {
        return Finding::ok("colours", format!("16 million (TERM={term})"));
    }
    if term.contains("256color") {
        return Finding::ok("colours", format!("256 (TERM={term})"));
    }
    Finding::look_out("colours", "16, as far as TERM and COLORTERM tell")
        .advise("most terminals can more: try TERM=xterm-256color, and COLORTERM=truecolor")
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
        section(&variable).findings.iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn the_environment_tells_what_to_expect() {
        let check = |variables: &[(&str, &str)], expected: &[Verdict]| {
            assert_eq!(verdicts(variables), expected, "{variables:?}");
        };
        let (term, lang) = (("TERM", "xterm-256color"), ("LANG", "C.UTF-8"));
        check(&[term, lang], &[Ok, Ok, Ok]);
        check(&[], &[Wrong, LookOut, LookOut]);
        check(&[("TERM", "dumb"), lang], &[Wrong, LookOut, Ok]);
        check(&[("TERM", "xterm"), ("COLORTERM", "truecolor"), lang], &[Ok, Ok, Ok]);
        check(&[term, ("LC_ALL", "C"), lang], &[Ok, Ok, LookOut]);
        check(&[term, lang, ("TMUX", "/tmp/x")], &[Ok, Ok, Ok, LookOut]);
        check(&[("TERM", "xterm"), ("NO_COLOR", "1"), lang], &[Ok, Ok, Ok]);
    }
}
