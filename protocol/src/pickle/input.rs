//! Reads opcodes and their arguments from bytes of which the end may not have come yet.

use super::{BYTES_MOST, PickleError};

/// Why an opcode could not be carried out.
pub(super) enum Halt {
    /// It goes on beyond the bytes that are there.
    Incomplete,
    /// It never will be.
    Refused(PickleError),
}

impl From<PickleError> for Halt {
    fn from(error: PickleError) -> Self {
        Self::Refused(error)
    }
}

/// A place in a pickle's bytes.
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the opcode began, which errors name.
    begin: usize,
    /// No new line is between `at` and here.
    searched: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, searched: usize) -> Self {
        Self { bytes, at, begin: at, searched }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn searched(&self) -> usize {
        self.searched
    }

    /// The next `count` bytes. What would reach beyond the longest pickle is refused before it has
    /// come.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Halt> {
        let end = self.at.checked_add(count).filter(|&end| end <= BYTES_MOST);
        let end = end.ok_or(PickleError::TooLong)?;
        let taken = self.bytes.get(self.at..end).ok_or(Halt::Incomplete)?;
        self.at = end;
        Ok(taken)
    }

    /// The next `N` bytes, for numbers.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Halt> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Halt> {
        self.array().map(u8::from_le_bytes)
    }

    /// A length of 1, 4 or 8 bytes, and as many bytes as it says.
    pub(super) fn counted<const N: usize>(&mut self) -> Result<&'a [u8], Halt> {
        let mut length = [0; 8];
        length[..N].copy_from_slice(self.take(N)?);
        let length = usize::try_from(u64::from_le_bytes(length));
        self.take(length.map_err(|_| PickleError::TooLong)?)
    }

    /// The bytes until the next new line, which is passed over.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Halt> {
        let known = self.bytes.get(..BYTES_MOST).unwrap_or(self.bytes);
        let from = self.searched.clamp(self.at, known.len());
        let Some(length) = known[from..].iter().position(|&byte| byte == b'\n') else {
            self.searched = known.len();
            let is_full = known.len() == BYTES_MOST;
            return Err(if is_full { PickleError::TooLong.into() } else { Halt::Incomplete });
        };
        let line = &known[self.at..from + length];
        self.at = from + length + 1;
        Ok(line)
    }

    /// The next line, if it is ASCII, as the numbers of protocol 0 are.
    pub(super) fn ascii_line(&mut self) -> Result<&'a str, Halt> {
        let line = self.line()?;
        let ascii = std::str::from_utf8(line).ok().filter(|line| line.is_ascii());
        ascii.ok_or_else(|| self.malformed("has a number with strange characters"))
    }

    /// The opcode at hand makes no sense.
    pub(super) fn malformed(&self, why: &'static str) -> Halt {
        PickleError::Malformed { at: self.begin, why }.into()
    }
}
