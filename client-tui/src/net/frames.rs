//! Bytes from the server, made frames: batches for the client, pings and pongs kept apart, and
//! the judgement whether the other side is a chat server at all.

use bytes::{Bytes, BytesMut};
use chat_protocol::{Event, LineCodec, Refusal, Welcome, text};
use serde::Deserialize;

use super::Failure;
use crate::log;

/// Frames in one batch at most; what one read brought beyond that goes into further batches.
pub(super) const BATCH_MOST: usize = 256;

/// Room that every read finds.
pub(super) const READ_BYTES: usize = 64 * 1024;

/// Characters that are kept of whatever is not a chat server.
const SHOWN_CHARS: usize = 60;

/// Characters that are told of what is wrong in a greeting.
const WRONG_CHARS: usize = 120;

/// What one read brought.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// Frames for the client, in order, in batches of [`BATCH_MOST`].
    pub(super) batches: Vec<Vec<Event>>,
    /// Pings that the server is owed an answer to.
    pub(super) pings: usize,
    /// Answers to pings of ours.
    pub(super) pongs: usize,
    /// Why there is nothing to be had from the other side.
    pub(super) stranger: Option<Failure>,
}

/// The reading side of one link: at most one frame and one read's bytes are held.
#[derive(Debug)]
pub(super) struct Frames {
    codec: LineCodec,
    buffer: BytesMut,
    /// A first frame was understood, so the other side is a chat server.
    proven: bool,
}

impl Frames {
    /// The reading side of a link over which nothing has come yet.
    pub(super) fn new() -> Self {
        Self { codec: LineCodec::default(), buffer: BytesMut::new(), proven: false }
    }

    /// Where to read to.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.buffer.reserve(READ_BYTES);
        &mut self.buffer
    }

    /// Whether the other side has shown itself to be a chat server.
    pub(super) fn proven(&self) -> bool {
        self.proven
    }

    /// Takes whatever has come whole.
    pub(super) fn harvest(&mut self) -> Harvest {
        let mut harvest = Harvest::default();
        if !self.proven {
            harvest.stranger = stranger(&self.buffer);
        }
        while harvest.stranger.is_none() {
            match self.codec.next_line(&mut self.buffer) {
                Some(Ok(line)) => self.take(&line, &mut harvest),
                // A frame of no use to us is passed over; what it was, nobody can tell any more.
                Some(Err(_)) if self.proven => {}
                Some(Err(too_long)) => {
                    harvest.stranger = Some(Failure::NotChat(too_long.to_string()));
                }
                None => break,
            }
        }
        harvest
    }

    /// Takes what came last, when the other side has closed.
    pub(super) fn rest(&mut self) -> Harvest {
        let mut harvest = Harvest::default();
        if let Some(line) = self.codec.last_line(&mut self.buffer) {
            self.take(&line, &mut harvest);
        }
        harvest
    }

    fn take(&mut self, line: &Bytes, harvest: &mut Harvest) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        log::frames("in ", line);
        let event = match Event::decode(line) {
            Ok(event) => event,
            Err(_) => {
                if !self.proven {
                    harvest.stranger = Some(unreadable(line));
                }
                return;
            }
        };
        self.proven = true;
        match event {
            Event::Ping => harvest.pings += 1,
            Event::Pong => harvest.pongs += 1,
            event => match harvest.batches.last_mut() {
                Some(batch) if batch.len() < BATCH_MOST => batch.push(event),
                _ => harvest.batches.push(vec![event]),
            },
        }
    }
}

/// The first bytes for people, when they cannot begin a frame: a greeting or a prompt need not
/// end with a new line, so it is not waited for.
fn stranger(buffer: &[u8]) -> Option<Failure> {
    let first = buffer.iter().find(|byte| !byte.is_ascii_whitespace())?;
    (*first != b'{').then(|| Failure::NotChat(shown(buffer)))
}

/// A first line that is no frame: whoever says what kind of frame it were speaks the protocol, but
/// not as we know it.
fn unreadable(line: &[u8]) -> Failure {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "type")]
        kind: String,
    }
    let kind = serde_json::from_slice::<Head>(line).map(|head| head.kind).unwrap_or_default();
    let error = match &*kind {
        "welcome" => serde_json::from_slice::<Welcome>(line).err(),
        "error" => serde_json::from_slice::<Refusal>(line).err(),
        _ => None,
    };
    error.map_or_else(|| Failure::NotChat(shown(line)), |error| wrong(line, &error))
}

/// What is wrong in a greeting: the field, if it can be told, and the reader's words.
fn wrong(line: &[u8], error: &serde_json::Error) -> Failure {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    // The reader stops behind what it cannot take: the nearest key before that is the field.
    let read = String::from_utf8_lossy(&line[..error.column().min(line.len())]);
    let key = read.rsplit_once("\":").and_then(|(before, _)| before.rsplit_once('"'));
    let field = key.map(|(_, key)| format!("‘{key}’: ")).filter(|_| !words.contains("field `"));
    Failure::BadGreeting(cut(&format!("{}{words}", field.unwrap_or_default()), WRONG_CHARS))
}

/// Bytes of any kind as a short, clean line.
fn shown(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4 * SHOWN_CHARS)];
    let line = String::from_utf8_lossy(head);
    let first = line.trim_start().lines().next().unwrap_or_default();
    cut(first, SHOWN_CHARS)
}

/// So many characters of a line, cleaned.
fn cut(line: &str, chars: usize) -> String {
    text::one_line(line).chars().take(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(frames: &mut Frames, bytes: &[u8]) -> Harvest {
        frames.buffer().extend_from_slice(bytes);
        frames.harvest()
    }

    fn first(bytes: &[u8]) -> Option<String> {
        match feed(&mut Frames::new(), bytes).stranger? {
            Failure::NotChat(shown) => Some(shown),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_greeting_that_cannot_be_read_says_why() {
        let check = |greeting: &str, why: &str| {
            let line = format!("{greeting}\n");
            let stranger = feed(&mut Frames::new(), line.as_bytes()).stranger;
            let Some(Failure::BadGreeting(told)) = stranger else { panic!("{stranger:?}") };
            assert!(told.contains(why), "{told}");
        };
        let welcome = |rest: &str| format!(r#"{{"type":"welcome","version":1,{rest}}}"#);
        check(&welcome(r#""name":"a@b","rooms":[]"#), "‘name’: a name cannot contain ‘@’");
        check(&welcome(r#""name":"sam","log":"1","rooms":[]"#), "missing field `server`");
        check(&welcome(r#""name":"sam","server":"x","log":1,"rooms":[]"#), "‘log’: invalid type");
        let room = r#""name":"sam","server":"x","log":"1","rooms":[{"name":"lobby","last":-1}]"#;
        check(&welcome(room), "‘last’: invalid value");
        check(r#"{"type":"error","text":"no"}"#, "missing field `code`");
        assert!(first(b"{\"type\":7}\n").is_some());
    }

    #[test]
    fn a_stranger_is_known_by_its_first_bytes() {
        assert_eq!(first(b"SSH-2.0-OpenSSH_9.6\r\nmore").as_deref(), Some("SSH-2.0-OpenSSH_9.6"));
        assert_eq!(first(b"your name? ").as_deref(), Some("your name?"));
        assert_eq!(first(b"\x1b[2Jevil\n").as_deref(), Some("[2Jevil"));
        assert_eq!(first(&b"x".repeat(500)).map(|shown| shown.len()), Some(SHOWN_CHARS));
        assert_eq!(first(b"{\"a\":1}\n").as_deref(), Some("{\"a\":1}"));
        assert_eq!(first(&b"\xff\xfe\n".repeat(90)).as_deref(), Some("\u{fffd}\u{fffd}"));
        assert_eq!(first(b"\r\n{\"type\":\"ping\"}\n"), None);
        assert_eq!(first(b"{\"type\":\"from a later version\"}\nrubbish\n"), None);
        assert_eq!(first(b"{\"half"), None);
        assert!(first(&[b'{'; 70_000]).is_some());
    }

    #[test]
    fn a_frame_may_come_byte_by_byte() {
        let mut frames = Frames::new();
        let mut seen = Vec::new();
        for byte in b"{\"type\":\"time\",\"at\":5}\n\n{\"type\":\"ping\"}\nx\n{\"type\":\"pong\"}\n"
        {
            let harvest = feed(&mut frames, &[*byte]);
            assert_eq!(harvest.stranger, None);
            seen.push((harvest.batches.concat().len(), harvest.pings, harvest.pongs));
        }
        let sum = seen.iter().fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        assert_eq!(sum, (1, 1, 1));
    }

    #[test]
    fn batches_are_bounded() {
        let line = b"{\"type\":\"time\",\"at\":5}\n";
        let harvest = feed(&mut Frames::new(), &line.repeat(2 * BATCH_MOST + 1));
        let sizes: Vec<usize> = harvest.batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, [BATCH_MOST, BATCH_MOST, 1]);
    }

    #[test]
    fn last_words_need_no_new_line() {
        let mut frames = Frames::new();
        feed(&mut frames, b"{\"type\":\"bye\",\"text\":\"closing\"}");
        assert_eq!(frames.rest().batches.concat().len(), 1);
        assert!(frames.rest().batches.is_empty());
    }
}
