//! What the terminal answers when it is asked, and what that means for the client.

use super::answers::{self, Answer};
use super::report::{Finding, Section};
use super::tty::{Absent, Tty};
use super::widths;

/// The smallest size at which anything can be done, and one that is comfortable.
const LEAST: (u16, u16) = crate::state::screen::LEAST;
const COMFORTABLE: (u16, u16) = (60, 16);

/// Its name, its background, whether a colour of 16 million is kept, how it tells keys, and which
/// modes it knows.
const QUESTIONS: &str = "\x1b[>q\x1b]11;?\x1b\\\x1b[38;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m\x1b[?u\
                         \x1b[?2026$p\x1b[?2004$p\x1b[?1004$p\x1b[?1006$p";

/// Modes that the client uses: their numbers, their names, and what happens without them.
const MODES: [(u16, &str, &str); 4] = [
    (2026, "drawing", "pictures may flicker a little"),
    (2004, "pasting", "pasted lines may act as typed ones"),
    (1004, "focus", "whether you look is not known: the bell rings then, too"),
    (1006, "mouse", "wheel and clicks may do nothing"),
];

/// Asks the terminal.
pub(super) fn section() -> Section {
    let mut section = Section::new("What the terminal answers");
    let mut tty = match Tty::open() {
        Ok(tty) => tty,
        Err(absent) => {
            let words = match absent {
                Absent::None => "there is no terminal here: nothing was asked",
                Absent::Background => "the terminal belongs to another program: nothing was asked",
            };
            let advice = "chat-tui send and tail work without one";
            section.add(Finding::look_out("terminal", words).advise(advice));
            return section;
        }
    };
    section.add(size(tty.size()));
    let findings = ask(&mut tty);
    drop(tty);
    section.findings.extend(findings);
    let apart = crate::terminal::tells_keys_apart(|name| std::env::var(name).ok());
    section.add(keys(apart));
    section.add(
        Finding::look_out("copying", "by OSC 52, of which no terminal tells whether it takes it")
            .advise("try it: /copy in the chat, then paste elsewhere"),
    );
    section
}

fn ask(tty: &mut Tty) -> Vec<Finding> {
    let silent = |tty: &Tty| match tty.is_interrupted() {
        true => Finding::look_out("answers", "stopped by Ctrl-C"),
        false => Finding::look_out("answers", "none within half a second")
            .advise("the client asks for little and waits for nothing: it works all the same"),
    };
    if tty.ask("").is_none() {
        return vec![silent(tty)];
    }
    let Some(heard) = tty.ask(QUESTIONS) else { return vec![silent(tty)] };
    let mut findings = findings(&heard);
    let reports: String =
        widths::SAMPLES.iter().map(|sample| format!("\r{}\x1b[6n", sample.text)).collect();
    let measured = tty.ask(&format!("{reports}\r\x1b[K")).unwrap_or_default();
    let columns: Vec<u16> = measured.iter().filter_map(answers::column).collect();
    match columns.len() == widths::SAMPLES.len() {
        true => findings.extend(widths::findings(
            &columns.iter().map(|column| column.saturating_sub(1)).collect::<Vec<_>>(),
        )),
        false => {
            let words = "the terminal does not tell where its cursor is: not measured";
            findings.push(Finding::look_out("widths", words));
        }
    }
    findings
}

/// What the answers mean.
fn findings(heard: &[Answer]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = heard.iter().find_map(|answer| match answer {
        Answer::Device(text) => text.strip_prefix(">|"),
        _ => None,
    });
    if let Some(name) = name {
        findings.push(Finding::ok("name", name));
    }
    findings.push(match heard.iter().find_map(answers::background) {
        Some((colour, light)) => {
            let words = if light { "light" } else { "dark" };
            Finding::ok("background", format!("{words} ({colour})"))
        }
        None => Finding::look_out("background", "not told: taken for dark")
            .advise("if it is light: chat-tui --theme light"),
    });
    findings.push(true_colour(heard));
    let kitty = heard
        .iter()
        .any(|answer| matches!(answer, Answer::Control(text, 'u') if text.starts_with('?')));
    if kitty {
        findings.push(Finding::ok("keyboard", "can tell all keys apart (kitty's protocol)"));
    }
    let modes: Vec<(u16, bool)> = heard.iter().filter_map(answers::mode).collect();
    for (number, name, without) in MODES {
        match modes.iter().find(|(mode, _)| *mode == number) {
            Some((_, true)) => findings.push(Finding::ok(name, format!("mode {number} is known"))),
            Some((_, false)) => {
                let words = format!("mode {number} is not known: {without}");
                findings.push(Finding::look_out(name, words));
            }
            // A terminal that does not answer about modes may know them all the same.
            None => {}
        }
    }
    if modes.is_empty() {
        let words = "not told; most terminals know those that the client uses";
        findings.push(Finding::look_out("modes", words));
    }
    findings
}

fn true_colour(heard: &[Answer]) -> Finding {
    let kept = heard.iter().find_map(|answer| match answer {
        Answer::Device(text) => text.strip_prefix("1$r"),
        _ => None,
    });
    match kept {
        Some(kept) if kept.contains("1:2:3") || kept.contains("1;2;3") => {
            Finding::ok("true colour", "a colour of 16 million is kept as it is")
        }
        Some(_) => Finding::look_out("true colour", "others are put in place of 16 million")
            .advise("if COLORTERM says truecolor, unset it"),
        None => Finding::look_out("true colour", "not told: COLORTERM above decides"),
    }
}

fn size(size: Option<(u16, u16)>) -> Finding {
    let Some((width, height)) = size else {
        return Finding::look_out("size", "not told: taken for 80 columns, 24 rows")
            .advise("resize the window once, or: stty rows 24 cols 80");
    };
    let words = format!("{width} columns, {height} rows");
    let below = |(least_width, least_height)| width < least_width || height < least_height;
    if below(LEAST) {
        let advice = format!("make it at least {} columns and {} rows", LEAST.0, LEAST.1);
        return Finding::wrong("size", words).advise(advice);
    }
    match below(COMFORTABLE) {
        true => Finding::look_out("size", words).advise("80 columns and 24 rows are comfortable"),
        false => Finding::ok("size", words),
    }
}

fn keys(apart: bool) -> Finding {
    match apart {
        true => Finding::ok("keys", "Shift+Enter begins a new line, and so does Alt+Enter"),
        false => Finding::look_out("keys", "Shift+Enter is Enter here, and sends")
            .advise("a new line: Alt+Enter, or Ctrl-J"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::answers::Answers;
    use super::super::report::Verdict::{self, LookOut, Ok, Wrong};
    use super::*;

    #[test]
    fn answers_are_judged() {
        let check = |answers: &str, expected: &[Verdict]| {
            let heard = Answers::default().take(answers.as_bytes());
            let verdicts: Vec<Verdict> =
                findings(&heard).iter().map(|finding| finding.verdict).collect();
            assert_eq!(verdicts, expected, "{answers:?}");
        };
        check("", &[LookOut; 3]);
        let light = "\x1b]11;rgb:ff/ff/ff\x1b\\";
        check(light, &[Ok, LookOut, LookOut]);
        let modes = "\x1b[?2026;2$y\x1b[?2004;1$y\x1b[?1004;2$y\x1b[?1006;0$y";
        let all =
            format!("\x1bP>|XTerm(390)\x1b\\{light}\x1bP1$r0;38:2::1:2:3m\x1b\\\x1b[?0u{modes}");
        check(&all, &[Ok, Ok, Ok, Ok, Ok, Ok, Ok, LookOut]);
        check("\x1bP1$r38:5:16m\x1b\\", &[LookOut; 3]);
    }

    #[test]
    fn sizes_are_judged() {
        let check = |told, expected| assert_eq!(size(told).verdict, expected, "{told:?}");
        check(None, LookOut);
        check(Some((80, 24)), Ok);
        check(Some((59, 24)), LookOut);
        check(Some((29, 24)), Wrong);
        check(Some((80, 7)), Wrong);
    }
}
