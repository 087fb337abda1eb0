//! Bytes as they come, in pieces and with pauses: what is read of them, and when. The clock is the
//! test's, so that nobody waits; the other end of the terminal is a socket's.

use std::io::Write;
use std::os::unix::net::UnixStream;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::timeout;

use super::*;

/// A keyboard, and whoever presses its keys.
struct Desk {
    keys: Keys,
    /// `None` when the terminal is gone.
    terminal: Option<UnixStream>,
}

impl Desk {
    fn new() -> Self {
        let (terminal, tty) = UnixStream::pair().unwrap();
        tty.set_nonblocking(true).unwrap();
        Self { keys: Keys::over(tty.into()).unwrap(), terminal: Some(terminal) }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.terminal.as_mut().unwrap().write_all(bytes).unwrap();
        // As at the beginning of a turn.
        self.keys.drained = false;
    }

    /// The next thing, and after how many milliseconds it came; nothing when none comes for long.
    async fn next(&mut self) -> Option<(Input, u128)> {
        let start = Instant::now();
        let next = timeout(Duration::from_secs(60), self.keys.next()).await.ok()?;
        Some((next.unwrap().unwrap(), start.elapsed().as_millis()))
    }

    /// Everything that is here already.
    fn waiting(&mut self) -> Vec<Input> {
        std::iter::from_fn(|| self.keys.waiting()).map(Result::unwrap).collect()
    }
}

fn key(code: KeyCode) -> Input {
    Input::Key(code.into())
}

fn letters(text: &str) -> Vec<Input> {
    text.chars().map(|letter| key(KeyCode::Char(letter))).collect()
}

#[tokio::test(start_paused = true)]
async fn pieces_are_put_together() {
    let mut desk = Desk::new();
    for (piece, expected) in [
        (&b"\x1b"[..], vec![]),
        (b"[1;", vec![]),
        (b"5", vec![]),
        (b"A", vec![Input::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::CONTROL))]),
        (b"a\xc3", letters("a")),
        (b"\xa9b\xe9\x9b", letters("éb")),
        (b"\xb7\x1b[200~one ", letters("雷")),
        (b"two\x1b[20", vec![]),
        (b"1~q", [vec![Input::Paste("one two".to_owned())], letters("q")].concat()),
    ] {
        desk.send(piece);
        assert_eq!(desk.waiting(), expected, "{piece:?}");
    }
    assert_eq!(desk.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_key_comes_when_it_is_pressed() {
    let mut desk = Desk::new();
    assert_eq!(desk.next().await, None);
    let mut terminal = desk.terminal.take().unwrap();
    let press = async {
        tokio::task::yield_now().await;
        terminal.write_all(b"a").unwrap();
    };
    let (next, ()) = tokio::join!(desk.keys.next(), press);
    assert_eq!(next.unwrap().unwrap(), key(KeyCode::Char('a')));
}

#[tokio::test(start_paused = true)]
async fn more_than_is_read_at_once_comes_all_at_once() {
    let mut desk = Desk::new();
    let text = "x".repeat(2 * BYTES + 100);
    desk.send(text.as_bytes());
    assert_eq!(desk.waiting(), letters(&text));
    // What comes behind it is for the next turn.
    desk.terminal.as_mut().unwrap().write_all(b"y").unwrap();
    assert_eq!(desk.waiting(), []);
    assert_eq!(desk.next().await, Some((key(KeyCode::Char('y')), 0)));
}

#[tokio::test(start_paused = true)]
async fn the_end_is_an_error_behind_what_came_before_it() {
    let mut desk = Desk::new();
    desk.send(b"ab\x1b[");
    desk.terminal = None;
    for expected in letters("ab") {
        assert_eq!(desk.next().await.unwrap().0, expected);
    }
    for _ in 0..2 {
        let end = desk.keys.next().await.unwrap().unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_tells_escape_from_what_begins_with_it() {
    let mut desk = Desk::new();
    desk.send(b"\x1b");
    let (input, after) = desk.next().await.unwrap();
    assert_eq!((input, after / 10), (key(KeyCode::Esc), KEY.as_millis() / 10));
    // What comes behind the pause is no sequence any more.
    desk.send(b"[A");
    assert_eq!(desk.waiting().len(), 2);
    // Just in time it is.
    desk.send(b"\x1b");
    assert!(timeout(KEY / 2, desk.keys.next()).await.is_err());
    desk.send(b"[A");
    assert_eq!(desk.next().await, Some((key(KeyCode::Up), 0)));
}

#[tokio::test(start_paused = true)]
async fn what_is_torn_off_is_given_up_and_typing_does_not_feed_it() {
    let mut desk = Desk::new();
    desk.send(b"\x1b[1;");
    assert_eq!(desk.next().await, None);
    desk.send(b"a");
    assert_eq!(desk.waiting(), letters("a"));
    // It may take a while since it began, however often it goes on.
    desk.send(b"\x1b]11;rgb:");
    for _ in 0..3 {
        assert!(timeout(REST * 2 / 5, desk.keys.next()).await.is_err());
        desk.send(b"f");
    }
    let (input, _) = desk.next().await.unwrap();
    assert_eq!(input, key(KeyCode::Char('f')));
}

#[tokio::test(start_paused = true)]
async fn a_paste_goes_on_as_long_as_something_comes() {
    let mut desk = Desk::new();
    desk.send(b"\x1b[200~");
    for _ in 0..5 {
        desk.send(b"piece ");
        assert!(timeout(PASTE * 3 / 4, desk.keys.next()).await.is_err());
    }
    let (input, _) = desk.next().await.unwrap();
    assert_eq!(input, Input::Paste("piece ".repeat(5)));
}

#[tokio::test(start_paused = true)]
async fn what_came_while_nobody_looked_comes_before_the_pause_counts() {
    let mut desk = Desk::new();
    desk.send(b"\x1b");
    assert_eq!(desk.waiting(), []);
    // The program stood still meanwhile, and the rest has been there for long.
    desk.terminal.as_mut().unwrap().write_all(b"[A").unwrap();
    tokio::time::advance(KEY * 10).await;
    assert_eq!(desk.next().await, Some((key(KeyCode::Up), 0)));
}
