//! What counts as a word when something is looked for: letters and digits without regard to case,
//! diacritics and width. Where words are written without spaces between them each character is a
//! word of its own, so that any part of such a text can be found; and so is each emoji.

use std::ops::Range;

use unicode_normalization::char::{
    canonical_combining_class, decompose_compatible, is_combining_mark,
};

/// Characters of a word that count; what is behind them is passed over.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, folded: ASCII letters and digits, `+` and `#`, and whatever is not ASCII.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// Whether it is a single character that needs no space beside it.
    pub alone: bool,
}

/// The words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader::default();
    for (start, c) in text.char_indices() {
        let at = start..start + c.len_utf8();
        let mut counts = false;
        fold(c, |folded| {
            counts = true;
            reader.take(folded, &at);
        });
        if !counts {
            reader.cover(&at);
        }
    }
    reader.words
}

/// Where in `text` the beginning `begun` of a word ends, marks on its last character included.
pub(super) fn end_of_beginning(text: &str, word: &Word, begun: &str) -> usize {
    let mut left = begun.chars().count();
    let whole = text.get(word.at.clone()).unwrap_or_default();
    for (at, c) in whole.char_indices() {
        let (mut taken, mut goes_on) = (0, false);
        fold(c, |folded| {
            let class = class(folded);
            taken += usize::from(class != Class::Ignored);
            goes_on |= !matches!(class, Class::Ignored | Class::Mark);
        });
        if left == 0 && goes_on {
            return word.at.start + at;
        }
        left = left.saturating_sub(taken);
    }
    word.at.end
}

/// What a character is to the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Letter,
    /// A word of its own.
    Alone,
    /// Part of whatever is before it.
    Mark,
    /// The end of a word such as `c++` or `f#`; nothing without one.
    Suffix,
    /// As if it were not there.
    Ignored,
    /// Between words.
    Gap,
}

fn class(c: char) -> Class {
    match c {
        '+' | '#' => Class::Suffix,
        c if c.is_ascii() => {
            if c.is_ascii_alphanumeric() {
                Class::Letter
            } else {
                Class::Gap
            }
        }
        // The soft hyphen, joiners, variation selectors and tags.
        '\u{AD}'
        | '\u{34F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}' => Class::Ignored,
        // The vowels and ends of Korean syllables, which compatibility takes apart.
        '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' => Class::Mark,
        c if is_combining_mark(c) => Class::Mark,
        c if is_emoji(c) => Class::Alone,
        c if !c.is_alphanumeric() => Class::Gap,
        c if is_unspaced(c) => Class::Alone,
        _ => Class::Letter,
    }
}

/// Scripts that put no spaces between words, or, as Korean does, glue much to them.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}'         // Thai, Lao
        | '\u{1000}'..='\u{109F}'     // Burmese
        | '\u{1100}'..='\u{115F}'     // Korean
        | '\u{1780}'..='\u{17FF}'     // Khmer
        | '\u{2E80}'..='\u{A4CF}'     // Chinese, Japanese, Yi
        | '\u{A960}'..='\u{A97F}'     // Korean of old
        | '\u{F900}'..='\u{FAFF}'     // Chinese
        | '\u{1AFF0}'..='\u{1B16F}'   // Japanese of old
        | '\u{20000}'..='\u{3FFFF}'   // Chinese
    )
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Marks that do not make another letter in any script: accents, and the points of Hebrew, Arabic
/// and Syriac; by their combining class, which tells them from the vowels and voicing marks of
/// others.
fn is_diacritic(c: char) -> bool {
    matches!(canonical_combining_class(c), 1 | 10..=36 | 200..)
}

/// Hands on what is left of a character without case, diacritics and width.
fn fold(c: char, mut out: impl FnMut(char)) {
    if c.is_ascii() {
        return out(c.to_ascii_lowercase());
    }
    decompose_compatible(c, |part| {
        if !is_diacritic(part) {
            // By way of capitals: ß is ss then, and both sigmas are one.
            part.to_uppercase().flat_map(char::to_lowercase).for_each(&mut out);
        }
    });
}

/// Puts words together from folded characters.
#[derive(Debug, Default)]
struct Reader {
    words: Vec<Word>,
    /// Whether the last word may go on, and how many characters it has.
    open: Option<usize>,
    /// Whether only more of the suffix can follow.
    suffixed: bool,
}

impl Reader {
    fn take(&mut self, c: char, at: &Range<usize>) {
        let alone = self.words.last().is_some_and(|word| word.alone);
        match class(c) {
            Class::Ignored => self.cover(at),
            Class::Gap => self.open = None,
            Class::Mark => self.go_on(c, at),
            Class::Suffix if alone => self.open = None,
            Class::Suffix => {
                self.suffixed = true;
                self.go_on(c, at);
            }
            Class::Letter if self.open.is_some() && !alone && !self.suffixed => self.go_on(c, at),
            Class::Letter => self.begin(c, at, false),
            Class::Alone => self.begin(c, at, true),
        }
    }

    fn begin(&mut self, c: char, at: &Range<usize>, alone: bool) {
        self.words.push(Word { text: c.to_string(), at: at.clone(), alone });
        self.open = Some(1);
        self.suffixed = false;
    }

    /// What does not count stands in the last word, if that may go on.
    fn cover(&mut self, at: &Range<usize>) {
        if let (Some(_), Some(word)) = (self.open, self.words.last_mut()) {
            word.at.end = at.end;
        }
    }

    /// The last word goes on, if there is one that may.
    fn go_on(&mut self, c: char, at: &Range<usize>) {
        let (Some(length), Some(word)) = (&mut self.open, self.words.last_mut()) else { return };
        word.at.end = at.end;
        if *length < LONGEST {
            word.text.push(c);
            *length += 1;
        }
    }
}
