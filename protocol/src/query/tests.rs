//! Queries as people type them, and what they find.

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::{prop_assert, prop_assert_eq};

use unicode_normalization::UnicodeNormalization;

use super::*;

/// What is looked for reads so: a phrase's words are joined by `·`, and `…` says that it may go on.
fn shown(query: &Query) -> String {
    let phrase = |phrase: &Phrase| {
        let end = if phrase.open { "…" } else { "" };
        phrase.words.join("·") + end
    };
    let mut parts: Vec<String> = query.phrases.iter().map(phrase).collect();
    parts.extend(query.from.iter().map(|name| format!("from={name}")));
    parts.extend(query.rooms.iter().map(|room| format!("in={room}")));
    parts.extend(query.before.map(|day| format!("before={day}")));
    // Put together again where compatibility took it apart.
    parts.join(" ").nfc().collect()
}

fn parsed(typed: &str, expected: &str) {
    assert_eq!(shown(&Query::parse(typed)), expected, "{typed:?}");
}

#[test]
fn words_and_phrases() {
    parsed("", "");
    parsed("  Deadlock  mutex ", "deadlock… mutex…");
    parsed("dead dead DEAD", "dead…");
    parsed(r#""dead lock" now"#, "dead·lock now…");
    parsed("“dead lock”", "dead·lock");
    parsed("don't foo-bar", "don·t… foo·bar…");
    parsed("Crème BRÛLÉE Straße ＷＩＤＥ", "creme… brulee… strasse… wide…");
    parsed("C++ c# f#+ a+b # +", "c++… c#… f#+… a+·b…");
    parsed("数据 rust语言 ガ", "数·据 rust·语·言 ガ");
    parsed("한국 ไทย 👍🏽", "한·국 ไ·ท·ย 👍·🏽");
}

#[test]
fn what_is_narrowed_by() {
    parsed("from:ann deadlock", "deadlock… from=ann");
    parsed("FROM:Ann From:@bob", "from=Ann from=bob");
    parsed(r#"from:"ann lee" x"#, "x… from=ann lee");
    parsed("in:lobby in:#rust in:@bob", "in=lobby in=rust in=@bob");
    parsed("before:2026-11-01 before:2026-10-01", "before=2026-10-01");
}

#[test]
fn what_was_misread_can_be_told() {
    let check = |typed: &str, expected: Option<(Key, &str)>| {
        let misread = Query::parse(typed).misread;
        let misread = misread.as_ref().map(|misread| (misread.key, misread.typed.as_str()));
        assert_eq!(misread, expected, "{typed:?}");
    };
    check("before:2026-13-45 x", Some((Key::Before, "before:2026-13-45")));
    check("x BEFORE:yesterdayish from:!!", Some((Key::Before, "BEFORE:yesterdayish")));
    check("from:!! x", Some((Key::From, "from:!!")));
    check("in:a.b", Some((Key::In, "in:a.b")));
    check("before:2026-11-01 from:ann in:rust", None);
    check("read it before: the exam", None);
    check("after:all https://x.org", None);
}

#[test]
fn what_makes_no_sense_is_words() {
    parsed("from:", "from…");
    parsed("from:!!", "from…");
    parsed("in:a.b in:", "in·a·b… in…");
    parsed("before:soon before:2026-02-30", "before·soon… before·2026·02·30…");
    parsed("after:2026-11-01 https://x.org", "after·2026·11·01… https·x·org…");
    parsed(r#"" "unclosed quote"#, "unclosed… quote…");
    parsed(r#""" !!! :) ~"#, "");
    parsed(r#"from:"ann"#, "from·ann…");
    parsed(r#"a"b c"#, "a·b… c…");
    let many: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    assert_eq!(Query::parse(&many.join(" ")).phrases.len(), PHRASES_MOST);
}

/// What is found in `text` stands there between brackets.
fn found(typed: &str, text: &str) {
    let plain = text.replace(['[', ']'], "");
    let query = Query::parse(typed);
    let mut marked = plain.clone();
    for span in query.spans(&plain).iter().rev() {
        marked.insert(span.end, ']');
        marked.insert(span.start, '[');
    }
    assert_eq!(marked, text, "{typed:?}");
}

#[test]
fn words_are_found_by_their_beginnings() {
    found("dead", "a [Dead]lock is [dead], undead");
    found(r#""dead""#, "a deadlock is [dead], undead");
    found("cafe", "the [Café]s, the [CAFE\u{301}]");
    found("ca", "the [Ca]f\u{e9}, the [CA]FE\u{301}");
    found("strasse", "[Straße]n and [STRASSE]");
    found("stras", "[Straß]e");
    found("ΟΔΟΣ", "[οδος] and [ὁδός]");
    found("wide", "[ｗｉｄｅ]ly");
    found("c++", "C, [C++], [c++]17, C#");
    found("c", "[C], [C]++, bc");
    found("fi", "[ﬁ]ne");
    found("ё", "[ё]лка, [е]ль");
}

#[test]
fn phrases_are_found_whatever_is_between_their_words() {
    found("\"dead lock\"", "a [dead, LOCK], a dead man's lock");
    found("foo-bar", "[foo_bar]s and [foo\nBar], foo a bar");
    found("don't", "I [don’t] know");
    found("a b", "[a] c [b] [a]b");
}

#[test]
fn parts_are_found_where_there_are_no_spaces() {
    found("数据", "学习[数据]库, [数据]");
    found("据", "学习数[据]库");
    found("語", "日本[語]で");
    found("か", "[か]が");
    found("ガ", "[ガ]ラス, [カ\u{3099}], [ｶﾞ]");
    found("국어", "한[국어]를");
    found("국", "한[\u{1100}\u{116e}\u{11a8}]");
    found("rust语言", "学[Rust 语言]");
    found("ไทย", "คน[ไทย]");
    found("👍", "good [👍], [👍]🏽, [👍\u{FE0F}]");
}

#[test]
fn all_must_be_there() {
    let check = |typed, text, expected| {
        assert_eq!(Query::parse(typed).matches(text), expected, "{typed:?} in {text:?}");
    };
    check("dead mutex", "a mutex, a deadlock", true);
    check("dead mutex", "a deadlock", false);
    check("from:ann", "anything", true);
    check("\"b a\"", "a b", false);
    check("\"a a\"", "a b a a", true);
}

#[test]
fn long_words_are_found_by_what_counts_of_them() {
    let long = "x".repeat(500);
    let query = Query::parse(&long);
    assert_eq!(query.spans(&long).first(), Some(&(0..64)));
    assert_eq!(query.phrases[0].words[0].len(), 64);
}

/// What people type, and what only a machine would.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[aeßÉ +#\"“:가각ガ数据ﷺ½👍\u{301}\u{94D}\u{200D}]{0,24}",
        "(from|in|before|FROM):[a-z0-9\"@#-]{0,10} [a-z]{0,4}",
    ]
}

proptest! {
    #[test]
    fn any_query_finds_within_the_text(typed in anything(), text in anything()) {
        let query = Query::parse(&typed);
        let mut end = None;
        for span in query.spans(&text) {
            prop_assert!(text.get(span.clone()).is_some_and(|found| !found.is_empty()));
            prop_assert!(end.is_none_or(|end| end < span.start), "apart from each other");
            end = Some(span.end);
        }
        prop_assert!(!query.matches(&text) || query.phrases.is_empty() || end.is_some());
    }

    #[test]
    fn a_text_finds_itself(text in anything()) {
        if let Some(phrase) = Phrase::begun(&text) {
            let query = Query { phrases: vec![phrase], ..Query::default() };
            prop_assert!(query.matches(&text));
            let words = words(&text);
            let spans = query.spans(&text);
            prop_assert_eq!(spans[0].start, words[0].at.start);
        }
    }

    #[test]
    fn words_are_fit_for_an_index(text in anything()) {
        for Word { text: word, at, .. } in words(&text) {
            prop_assert!(text.get(at).is_some() && !word.is_empty());
            prop_assert!(word.chars().count() <= 64);
            let plain = |c: char| !c.is_ascii() || c.is_ascii_lowercase() || c.is_ascii_digit();
            prop_assert!(word.chars().all(|c| plain(c) || matches!(c, '+' | '#')), "{}", word);
        }
    }

    #[test]
    fn case_and_width_do_not_matter(text in "[a-zA-Zßéü ]{1,20}") {
        let query = Query { phrases: Phrase::whole(&text).into_iter().collect(), ..Query::default() };
        prop_assert!(query.matches(&text.to_uppercase()));
        prop_assert!(query.matches(&text.to_lowercase()));
    }
}
