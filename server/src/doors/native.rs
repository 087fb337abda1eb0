//! The native dialect: one JSON object a line, as `PROTOCOL.md` has it.

use bytes::BytesMut;
use chat_protocol::{Code, Event, LineCodec, Refusal, Request};

use super::{Asked, Came, Dialect, Door, OnTaken};

/// How native peers are spoken to.
pub(crate) struct Native;

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn print(&self, event: &Event, out: &mut BytesMut) {
        event.encode(out);
    }

    fn heartbeat(&self) -> bool {
        true
    }

    fn acknowledges(&self) -> bool {
        true
    }
}

/// A native peer's requests.
#[derive(Default)]
pub(crate) struct NativeDoor {
    codec: LineCodec,
}

impl Door for NativeDoor {
    fn dialect(&self) -> &'static dyn Dialect {
        &Native
    }

    fn next(&mut self, buffer: &mut BytesMut, came: Came) -> Option<Result<Asked, Refusal>> {
        loop {
            let line = match self.codec.next_line(buffer) {
                None if came == Came::Ended => Ok(self.codec.last_line(buffer)?),
                None => return None,
                Some(line) => line,
            };
            return Some(match line {
                Ok(line) if line.trim_ascii().is_empty() => continue,
                Ok(line) => Request::decode(&line).map(|request| match request {
                    Request::Hello(hello) => Asked::Hello(hello, OnTaken::Refuse),
                    request => Asked::Request(request),
                }),
                Err(error) => {
                    let text = format!("{error}: send the text in parts");
                    Err(Refusal::new(Code::TooLong, text))
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_passed_over_and_bad_ones_answered() {
        let mut door = NativeDoor::default();
        let mut buffer =
            BytesMut::from(&b"\n\r\n  \n{\"type\":\"ping\"}\nnonsense\n{\"type\":\"ti"[..]);
        let next = door.next(&mut buffer, Came::More);
        assert_eq!(next, Some(Ok(Asked::Request(Request::Ping))));
        let refused = door.next(&mut buffer, Came::More).unwrap().unwrap_err();
        assert_eq!(refused.code, Code::BadFrame);
        assert_eq!(door.next(&mut buffer, Came::More), None);
        let refused = door.next(&mut buffer, Came::Ended).unwrap().unwrap_err();
        assert_eq!(refused.code, Code::BadFrame, "half a frame is none");
        assert_eq!(door.next(&mut buffer, Came::Ended), None);
    }
}
