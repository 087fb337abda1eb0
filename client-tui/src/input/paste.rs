//! A paste while it comes: until the terminal says that it is whole, or is silent for too long.

/// What ends a paste.
const END: &[u8] = b"\x1b[201~";

/// Bytes that are handed on at once; what is longer comes in parts, and a paste whose end is lost
/// takes no more memory than this.
pub(super) const PART_BYTES: usize = 1024 * 1024;

/// What came so far, since the last part.
#[derive(Debug, Default)]
pub(super) struct Paste(Vec<u8>);

/// What a byte has brought about.
pub(super) enum Step {
    More,
    /// As much as is handed on at once; more is to come.
    Part(String),
    /// It is whole; the rest of it is [`Paste::text`].
    End,
}

impl Paste {
    pub(super) fn take(&mut self, byte: u8) -> Step {
        self.0.push(byte);
        if byte == b'~' && self.0.ends_with(END) {
            self.0.truncate(self.0.len() - END.len());
            return Step::End;
        }
        if self.0.len() < PART_BYTES {
            return Step::More;
        }
        let rest = self.0.split_off(self.cut());
        Step::Part(lossy(&std::mem::replace(&mut self.0, rest)))
    }

    /// What came since the last part.
    pub(super) fn text(self) -> String {
        lossy(&self.0)
    }

    /// The same when the end did not come; nothing, if that is all there is.
    pub(super) fn end(self) -> Option<super::Input> {
        (!self.0.is_empty()).then(|| super::Input::Paste(self.text()))
    }

    /// Where a part may end: neither within a character, nor within what may be the paste's end.
    fn cut(&self) -> usize {
        let length = self.0.len();
        let tail = length.saturating_sub(END.len() - 1);
        if let Some(escape) = self.0[tail..].iter().rposition(|&byte| byte == super::ESC) {
            return tail + escape;
        }
        let last = self.0.utf8_chunks().last();
        length - last.map_or(0, |chunk| chunk.invalid().len())
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
