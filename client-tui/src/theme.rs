//! Styles by role: what a thing is decides how it looks, and a theme says how that is. Meaning never
//! hangs on colour alone: a sign, a word or the weight of the letters tells the same.
//!
//! To add a role: a field here, a row in [`Theme::roles_mut`], and the style in each constructor of
//! `built_in`; the compiler names whichever is missing, and the tests there check that it can be
//! read, in every theme and at every depth. Its name there is its name in people's own themes.
//! To draw a sign that is not ASCII: a row in the table of `glyph`. Where a picture needs more
//! contrast than the person's theme has (a wall, seen from afar), [`Theme::new`] makes any theme.

use ratatui::style::{Modifier, Style};

use crate::highlight::Role;

mod built_in;
pub(crate) mod colour;
pub(crate) mod custom;
#[cfg(test)]
mod legible;

pub(crate) use colour::Depth;

/// The themes that come with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// For dark backgrounds.
    Dark,
    /// For light ones.
    Light,
    /// As far apart as colours are, on either.
    Contrast,
    /// Without colours.
    Mono,
}

impl Base {
    /// All of them, by their names.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("contrast", Self::Contrast),
        ("mono", Self::Mono),
    ];

    /// The one of this name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, base)| *base)
    }
}

/// How everything on the screen is dressed; one style per role.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Theme {
    /// What people say.
    pub(crate) text: Style,
    /// Times, notices, hints.
    pub(crate) quiet: Style,
    /// Lines that separate.
    pub(crate) rule: Style,
    /// The one colour that stands out.
    pub(crate) accent: Style,
    /// What must not be overlooked.
    pub(crate) loud: Style,
    /// What went wrong.
    pub(crate) error: Style,
    /// Title and status bars.
    pub(crate) bar: Style,
    /// Less important words within a bar.
    pub(crate) bar_quiet: Style,
    /// What went wrong, within a bar.
    pub(crate) bar_error: Style,
    /// What is within what people say.
    pub(crate) prose: Prose,
}

/// How parts of what people say are dressed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prose {
    /// What names of people are dressed in; empty where there are too few colours to tell them apart.
    people: Vec<Style>,
    /// Code within a line.
    pub(crate) code: Style,
    /// What somebody else said.
    pub(crate) quote: Style,
    /// What leads somewhere else.
    pub(crate) link: Style,
    /// The reader's name in somebody else's words.
    pub(crate) mention: Style,
    /// The rule above what is new.
    pub(crate) new: Style,
    syntax: Syntax,
}

/// The words of code, by their roles.
#[derive(Clone, Debug, PartialEq)]
struct Syntax {
    comment: Style,
    text: Style,
    number: Style,
    keyword: Style,
    kind: Style,
    function: Style,
}

impl Theme {
    /// A theme for a background that is light or not, in as many colours as there are.
    pub(crate) fn new(base: Base, light: bool, depth: Depth) -> Self {
        match (base, depth) {
            (Base::Contrast, Depth::None) => Self::mono(true),
            (Base::Mono, _) | (_, Depth::None) => Self::mono(false),
            (Base::Dark, Depth::Sixteen) => Self::sixteen(false),
            (Base::Light, Depth::Sixteen) => Self::sixteen(true),
            // What is left of them is as far apart as they are.
            (Base::Contrast, Depth::Sixteen) => Self::sixteen(light),
            (Base::Dark, _) => Self::dark(),
            (Base::Light, _) => Self::light(),
            (Base::Contrast, _) if light => Self::contrast_on_light(),
            (Base::Contrast, _) => Self::contrast_on_dark(),
        }
    }

    /// Every role by its name, people's colours aside. Whoever adds a field is led here by the
    /// compiler.
    fn roles_mut(&mut self) -> [(&'static str, &mut Style); 20] {
        let Self { text, quiet, rule, accent, loud, error, bar, bar_quiet, bar_error, prose } =
            self;
        let Prose { people: _, code, quote, link, mention, new, syntax } = prose;
        let Syntax { comment, text: string, number, keyword, kind, function } = syntax;
        [
            ("text", text),
            ("quiet", quiet),
            ("rule", rule),
            ("accent", accent),
            ("loud", loud),
            ("error", error),
            ("bar", bar),
            ("bar-quiet", bar_quiet),
            ("bar-error", bar_error),
            ("code", code),
            ("quote", quote),
            ("link", link),
            ("mention", mention),
            ("new", new),
            ("code-comment", comment),
            ("code-text", string),
            ("code-number", number),
            ("code-keyword", keyword),
            ("code-type", kind),
            ("code-function", function),
        ]
    }

    /// The row of a list that Enter takes: all of it, in every list.
    pub(crate) fn chosen(&self) -> Style {
        self.loud
    }

    /// A word of code.
    pub(crate) fn syntax(&self, role: Role) -> Style {
        let syntax = &self.prose.syntax;
        match role {
            Role::Plain => self.text,
            Role::Comment => syntax.comment,
            Role::Text => syntax.text,
            Role::Number => syntax.number,
            Role::Keyword => syntax.keyword,
            Role::Type => syntax.kind,
            Role::Function => syntax.function,
        }
    }

    /// How many colours people can have.
    pub(crate) fn colours(&self) -> usize {
        self.prose.people.len()
    }

    /// The colour of this number.
    pub(crate) fn colour(&self, number: usize) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        self.prose.people.get(number).copied().unwrap_or(bold)
    }
}

/// A number that a name has, whatever its case, and however few colours there are.
pub(crate) fn hash(name: &str) -> usize {
    // FNV-1a: stable from one program version to the next, unlike the standard hasher.
    let hash = name
        .chars()
        .flat_map(char::to_lowercase)
        .fold(0x811c_9dc5_u32, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
    // Short names differ in few bits: spread them before taking the rest.
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    usize::try_from(hash ^ (hash >> 13)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_number_whatever_its_case() {
        assert_eq!(hash("Ann"), hash("ann"));
        assert_ne!(hash("ann"), hash("bob"));
    }

    #[test]
    fn roles_have_names_of_their_own() {
        let mut theme = Theme::new(Base::Dark, false, Depth::Indexed);
        let mut names = theme.roles_mut().map(|(name, _)| name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
