//! The editor's tests: its keys one by one, and any of them in any order.

use proptest::prelude::*;
use unicode_segmentation::GraphemeCursor;

use super::*;
use Edit::{
    Backspace, Delete, End, Home, KillRunBack, KillToEnd, KillToStart, KillWordBack,
    KillWordForward, Left, Redo, Right, Transpose, Undo as UndoKey, WordLeft, WordRight, Yank,
    YankOlder,
};

/// Every edit there is.
const EDITS: [Edit; 19] = [
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    KillWordBack,
    KillRunBack,
    KillWordForward,
    KillToStart,
    KillToEnd,
    Transpose,
    Yank,
    YankOlder,
    UndoKey,
    Redo,
    Backspace,
];

/// The text after some edits, with `|` where the cursor is.
fn check(start: &str, edits: &[Edit], expected: &str) {
    let mut kills = KillRing::default();
    let mut editor = Editor::with(&start.replace('|', ""));
    editor.cursor = start.find('|').unwrap();
    for &edit in edits {
        editor.apply(edit, &mut kills);
    }
    let mut shown = editor.text.clone();
    shown.insert(editor.cursor, '|');
    assert_eq!(shown, expected, "{start:?} after {edits:?}");
}

#[test]
fn the_keys_of_readline_work() {
    check("ab|", &[Left, Backspace], "|b");
    check("a|b", &[Delete, Delete, Right], "a|");
    check("x 👩‍👩‍👧|", &[Backspace], "x |");
    check("e\u{301}|", &[Left], "|e\u{301}");
    check("one two|", &[WordLeft, WordLeft, WordRight], "one| two");
    check("one\ntw|o", &[Home], "one\n|two");
    check("o|ne\ntwo", &[End], "one|\ntwo");
    check("one two|", &[KillWordBack], "one |");
    check("see a.b/c|", &[KillRunBack], "see |");
    check("see a-b/c|", &[KillWordBack], "see a-b/|");
    check("one\ntwo|", &[KillToStart, KillToStart], "one|");
    check("o|ne\ntwo", &[KillToEnd, KillToEnd], "o|two");
}

#[test]
fn kills_join_and_are_yanked() {
    check("one two|", &[KillWordBack, KillWordBack, Yank], "one two|");
    check("|one two", &[KillWordForward, End, Yank], " twoone|");
    check("one tw|o", &[KillWordBack, KillToEnd, Yank], "one two|");
    check("a b|", &[KillWordBack, Left, KillToStart, Yank], "a| ");
    check("a b|", &[KillWordBack, Left, KillToStart, Yank, YankOlder], "b| ");
    check("a b|", &[KillWordBack, Left, KillToStart, Yank, YankOlder, YankOlder], "a| ");
    check("a b|", &[KillWordBack, YankOlder], "a |");
}

#[test]
fn graphemes_change_places() {
    check("ab|", &[Transpose], "ba|");
    check("a|bc", &[Transpose], "ba|c");
    check("|ab", &[Transpose], "|ab");
    check("a|", &[Transpose], "a|");
    check("x\n|ab", &[Transpose], "x\n|ab");
    check("a👩‍👩‍👧|", &[Transpose], "👩‍👩‍👧a|");
}

#[test]
fn undo_takes_back_words_and_redo_brings_them_again() {
    let mut kills = KillRing::default();
    let mut editor = Editor::default();
    for c in ["h", "i", " ", "y", "o"] {
        assert!(editor.insert(c));
    }
    let mut after = |edit, expected: &str| {
        editor.apply(edit, &mut kills);
        assert_eq!(editor.text(), expected, "{edit:?}");
    };
    after(UndoKey, "hi ");
    after(UndoKey, "");
    after(UndoKey, "");
    after(Redo, "hi ");
    after(Redo, "hi yo");
    after(Redo, "hi yo");
    after(Backspace, "hi y");
    after(Backspace, "hi ");
    after(UndoKey, "hi yo");
    check("one|", &[KillWordBack, UndoKey], "one|");
}

#[test]
fn rows_are_climbed_as_they_are_wrapped_and_the_column_is_kept() {
    let mut editor = Editor::with("one two three");
    assert!(editor.move_row(8, false));
    assert_eq!(editor.cursor(), 5);
    assert!(!editor.move_row(8, false));
    assert!(editor.move_row(8, true));
    assert!(!editor.move_row(8, true));
    let mut editor = Editor::with("long line\nx\nlong line");
    assert!(editor.move_row(20, false) && editor.cursor() == 11);
    assert!(editor.move_row(20, false) && editor.cursor() == 9);
}

#[test]
fn there_is_an_end_to_what_can_be_edited() {
    let mut editor = Editor::with(&"x".repeat(EDITOR_BYTES));
    assert!(!editor.insert("y"));
    editor.apply(Backspace, &mut KillRing::default());
    assert!(editor.insert("y"));
}

#[test]
fn marks_that_come_together_are_wrapped_once() {
    let marks = "\u{301}".repeat(5_000);
    for (text, at) in [("", 0), ("e", 1), ("one\ntwo", 3), ("one two", 3)] {
        let mut editor = Editor::with(text);
        editor.lay_out(20);
        editor.go(at);
        let before = editor.wraps.anew();
        assert!(editor.type_in(&marks));
        assert!(editor.wraps.anew() - before < 10, "{text:?}");
        assert_eq!(editor.cursor(), at + marks.len());
    }
}

#[derive(Clone, Debug)]
enum Step {
    Edit(Edit),
    Climb(bool),
    Insert(String),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => proptest::sample::select(&EDITS[..]).prop_map(Step::Edit),
        1 => any::<bool>().prop_map(Step::Climb),
        2 => "[a \n漢\u{301}👩\u{200D}🇩]{0,3}".prop_map(Step::Insert),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn whatever_is_pressed_the_cursor_is_between_graphemes_and_rows_are_right(steps in steps()) {
        let mut kills = KillRing::default();
        let mut editor = Editor::default();
        editor.lay_out(5);
        for step in steps {
            match step {
                Step::Edit(edit) => editor.apply(edit, &mut kills),
                Step::Climb(down) => drop(editor.move_row(5, down)),
                Step::Insert(text) => prop_assert!(editor.insert(&text)),
            }
            let mut cursor = GraphemeCursor::new(editor.cursor, editor.text.len(), true);
            prop_assert!(cursor.is_boundary(&editor.text, 0).unwrap());
            prop_assert_eq!(editor.rows(), &cells::wrap(&editor.text, 5)[..]);
            prop_assert_eq!(editor.lines(), editor.text.split('\n').count());
        }
    }

    #[test]
    fn undoing_everything_and_doing_it_again_changes_nothing(steps in steps()) {
        let mut kills = KillRing::default();
        let mut editor = Editor::default();
        for step in steps {
            match step {
                Step::Edit(edit) => editor.apply(edit, &mut kills),
                Step::Climb(down) => drop(editor.move_row(5, down)),
                Step::Insert(text) => prop_assert!(editor.insert(&text)),
            }
        }
        editor.apply(End, &mut kills);
        let text = editor.text.clone();
        let mut states = vec![text];
        for _ in 0..100 {
            editor.apply(UndoKey, &mut kills);
            states.push(editor.text.clone());
        }
        prop_assert!(editor.is_empty());
        // Every step forth is a step back, the other way round.
        states.dedup();
        for expected in states.iter().rev().skip(1) {
            let before = editor.text.clone();
            while editor.text == before {
                editor.apply(Redo, &mut kills);
            }
            prop_assert_eq!(&editor.text, expected);
        }
    }

    #[test]
    fn what_is_killed_comes_back(text in "[a-c \n漢👩]{0,20}", at in 0_usize..20, kill in 8_usize..13) {
        let mut kills = KillRing::default();
        let mut editor = Editor::with(&text);
        editor.go(motion::floor(&text, at));
        editor.apply(EDITS[kill], &mut kills);
        if editor.text != text {
            editor.apply(Yank, &mut kills);
            prop_assert_eq!(&editor.text, &text);
        }
    }

    #[test]
    fn what_comes_together_is_as_typed_one_by_one(
        text in "[ab \n漢e\u{301}\u{600}]{0,20}",
        runs in proptest::collection::vec(
            (0_usize..40, prop_oneof!["[a-c ]{1,12}", "[ a漢👩\u{200D}\u{301}\u{600}\u{3000}]{1,6}"]), 1..5),
        width in 1_usize..14)
    {
        let mut editors = [Editor::with(&text), Editor::with(&text)];
        for editor in &mut editors {
            editor.lay_out(width);
        }
        let [together, apart] = &mut editors;
        for (at, run) in runs {
            // Now and then where the last run has ended.
            if at < 20 {
                together.go(motion::floor(together.text(), at));
                apart.go(motion::floor(apart.text(), at));
            }
            prop_assert!(together.type_in(&run));
            for c in run.chars() {
                prop_assert!(apart.insert(&c.to_string()));
            }
            prop_assert_eq!(together.rows(), apart.rows());
        }
        let mut kills = KillRing::default();
        for edit in [UndoKey; 40].into_iter().chain([Redo; 40]) {
            prop_assert_eq!((together.text(), together.cursor()), (apart.text(), apart.cursor()));
            together.apply(edit, &mut kills);
            apart.apply(edit, &mut kills);
        }
    }
}
