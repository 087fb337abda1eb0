//! How many columns letters take: what terminals make of those that programs disagree about, and
//! what this client takes them for.

use super::report::Finding;
use crate::cells;

/// A thing that is shown, and what it is.
pub(super) struct Sample {
    pub(super) text: &'static str,
    what: &'static str,
    /// Whether what comes behind it on a row stands in the wrong place when the terminal has another
    /// opinion; of ambiguous ones the client uses few.
    matters: bool,
}

const fn sample(text: &'static str, what: &'static str) -> Sample {
    Sample { text, what, matters: true }
}

/// What is measured.
pub(super) const SAMPLES: &[Sample] = &[
    sample("漢", "Chinese (漢)"),
    sample("한", "Korean (한)"),
    sample("é", "an accent put on (é)"),
    sample("👍", "an emoji (👍)"),
    sample("👍🏽", "an emoji with a skin tone (👍🏽)"),
    sample("👩‍👩‍👧", "a family of emoji (👩‍👩‍👧)"),
    sample("🇨🇭", "a flag (🇨🇭)"),
    sample("❤️", "a heart as an emoji (❤️)"),
    sample("★", "what the client marks hosts with (★)"),
    sample("│", "lines (│)"),
    Sample { text: "Ω", what: "an ambiguous letter (Ω)", matters: false },
];

/// What was measured, in the order of [`SAMPLES`].
pub(super) fn findings(measured: &[u16]) -> Vec<Finding> {
    let pairs = SAMPLES.iter().zip(measured);
    let differ = pairs.filter(|(sample, measured)| {
        let taken = cells::width(sample.text);
        sample.matters && taken != usize::from(**measured)
    });
    let mut differ: Vec<Finding> = differ
        .map(|(sample, measured)| {
            let taken = cells::width(sample.text);
            let words = format!("{} has {measured} here, and is taken for {taken}", sample.what);
            Finding::look_out("width", words)
        })
        .collect();
    match differ.pop() {
        Some(last) => {
            let advice = "rows with these may be ragged: a newer terminal or font may know better";
            differ.push(last.advise(advice));
            differ
        }
        None => {
            let words = "letters, CJK, emoji, flags and lines are as wide as they are taken for";
            vec![Finding::ok("widths", words)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict;
    use super::*;

    #[test]
    fn widths_that_differ_are_told() {
        let taken: Vec<u16> =
            SAMPLES.iter().map(|sample| cells::width(sample.text) as u16).collect();
        let verdicts = |measured: &[u16]| -> Vec<Verdict> {
            findings(measured).iter().map(|finding| finding.verdict).collect()
        };
        assert_eq!(verdicts(&taken), [Verdict::Ok]);
        let mut other = taken.clone();
        (other[0], other[5]) = (1, 6);
        assert_eq!(verdicts(&other), [Verdict::LookOut; 2]);
        let mut ambiguous = taken;
        *ambiguous.last_mut().unwrap() = 2;
        assert_eq!(verdicts(&ambiguous), [Verdict::Ok]);
    }
}
