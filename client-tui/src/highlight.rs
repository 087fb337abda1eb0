//! What the words of code are: keywords, strings, comments. Only roles come out; the theme has the
//! colours. Slow the first time, and at the mercy of whoever wrote the code: this is run on a thread
//! of its own, see `errands`.

#[cfg(feature = "highlight")]
use std::time::{Duration, Instant};

/// Bytes of a line that is looked at; from a longer one on, the code is plain.
#[cfg(feature = "highlight")]
const LINE_BYTES: usize = 1_000;

/// How long one snippet may take: what is behind that is plain. There is code whose only purpose is
/// to keep grammars busy.
#[cfg(feature = "highlight")]
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Code, and what it is said to be written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The language's name, as people write it behind the fence.
    pub language: String,
    /// The code.
    pub code: String,
}

/// What a word of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing that stands out.
    Plain,
    /// A remark.
    Comment,
    /// A text, or a character of one.
    Text,
    /// A number, or another constant.
    Number,
    /// A word of the language itself.
    Keyword,
    /// The name of a type.
    Type,
    /// The name of a function.
    Function,
}

/// Code up to a byte that has one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The byte behind it.
    pub end: usize,
    /// Its role.
    pub role: Role,
}

#[cfg(feature = "highlight")]
pub(crate) use engine::Painter;

#[cfg(feature = "highlight")]
mod engine {
    use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};
    use syntect::util::LinesWithEndings;

    use super::{Duration, Instant, LINE_BYTES, Role, Run, Snippet};

    /// What the scopes of grammars mean, the first that fits the innermost scope.
    const SCOPES: &[(&str, Role)] = &[
        ("comment", Role::Comment),
        ("meta.interpolation", Role::Plain),
        ("constant.character", Role::Text),
        ("string", Role::Text),
        ("constant", Role::Number),
        ("keyword.operator.word", Role::Keyword),
        ("keyword.operator.logical", Role::Keyword),
        ("keyword.operator", Role::Plain),
        ("keyword", Role::Keyword),
        ("storage", Role::Keyword),
        ("variable.language", Role::Keyword),
        ("entity.name.tag", Role::Keyword),
        ("entity.name.function", Role::Function),
        ("support.function", Role::Function),
        ("variable.function", Role::Function),
        ("entity.other.attribute-name", Role::Function),
        ("entity.name", Role::Type),
        ("support.type", Role::Type),
        ("support.class", Role::Type),
        ("variable.annotation", Role::Type),
    ];

    /// The languages that are known.
    pub(crate) struct Painter {
        languages: SyntaxSet,
        scopes: Vec<(Scope, Role)>,
    }

    impl Painter {
        pub(crate) fn new() -> Self {
            let scope = |(name, role): &(&str, Role)| Some((Scope::new(name).ok()?, *role));
            Self {
                languages: two_face::syntax::extra_newlines(),
                scopes: SCOPES.iter().filter_map(scope).collect(),
            }
        }

        /// The roles of the code's words, as far as they are found in so much time; empty if the
        /// language is not known.
        pub(crate) fn paint(&self, snippet: &Snippet, patience: Duration) -> Vec<Run> {
            let language = self.languages.find_syntax_by_token(&snippet.language);
            let Some(language) = language else { return Vec::new() };
            let mut parser = ParseState::new(language);
            let mut stack = ScopeStack::new();
            let mut runs: Vec<Run> = Vec::new();
            let mut start = 0;
            let begun = Instant::now();
            for line in LinesWithEndings::from(&snippet.code) {
                if line.len() > LINE_BYTES || begun.elapsed() > patience {
                    break;
                }
                let Ok(changes) = parser.parse_line(line, &self.languages) else { break };
                for (at, change) in changes {
                    push(&mut runs, start + at, self.role(&stack));
                    if stack.apply(&change).is_err() {
                        return runs;
                    }
                }
                start += line.len();
                push(&mut runs, start, self.role(&stack));
            }
            runs
        }

        fn role(&self, stack: &ScopeStack) -> Role {
            let role = |scope: &Scope| {
                let known = self.scopes.iter().find(|(known, _)| known.is_prefix_of(*scope));
                known.map(|(_, role)| *role)
            };
            stack.as_slice().iter().rev().find_map(role).unwrap_or(Role::Plain)
        }
    }

    fn push(runs: &mut Vec<Run>, end: usize, role: Role) {
        match runs.last_mut() {
            Some(last) if last.end == end => {}
            Some(last) if last.role == role => last.end = end,
            None if end == 0 => {}
            _ => runs.push(Run { end, role }),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn words_have_roles() {
            let painter = Painter::new();
            let check = |language: &str, code: &str, word: &str, expected: Role| {
                let snippet = Snippet { language: language.to_owned(), code: code.to_owned() };
                let runs = painter.paint(&snippet, Duration::MAX);
                let at = code.find(word).unwrap();
                let role = runs.iter().find(|run| run.end > at).map(|run| run.role);
                assert_eq!(role, Some(expected), "{word} in {code}: {runs:?}");
            };
            let rust = "fn main() { let x: Vec<u8> = \"a\"; } // bye 12";
            check("rust", rust, "fn", Role::Keyword);
            check("rs", rust, "main", Role::Function);
            check("rust", rust, "a\"", Role::Text);
            check("rust", rust, "bye", Role::Comment);
            check("python", "def f(x):\n    return 12\n", "12", Role::Number);
            check("py", "# hi\n", "hi", Role::Comment);
            check("toml", "a = 1\n", "1", Role::Number);
            check("ts", "const x = 'a'", "const", Role::Keyword);
        }

        #[test]
        fn what_is_not_known_is_plain() {
            let painter = Painter::new();
            let paint = |language: &str, code: String| {
                let snippet = Snippet { language: language.to_owned(), code };
                painter.paint(&snippet, Duration::MAX)
            };
            assert!(paint("no-such-language", "fn main".to_owned()).is_empty());
            assert!(paint("rust", "x".repeat(LINE_BYTES + 1)).is_empty());
        }

        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
            #[test]
            fn runs_are_within_the_code_and_in_order(code in "[a-z0-9\"'/*#(){}\n 漢é]{0,80}") {
                thread_local!(static PAINTER: Painter = Painter::new());
                let snippet = Snippet { language: "rust".to_owned(), code };
                let runs = PAINTER.with(|painter| painter.paint(&snippet, Duration::MAX));
                let mut last = 0;
                for run in runs {
                    proptest::prop_assert!(run.end > last && snippet.code.is_char_boundary(run.end));
                    last = run.end;
                }
            }
        }
    }
}
