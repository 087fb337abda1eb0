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

/// How much of a line is read that will only be shown.
const START_BYTES: usize = 256;

/// A place in a pickle's bytes.
pub(super) struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the opcode began, which errors name.
    begin: usize,
    /// No new line is between the opcode at hand and here.
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

    /// The bytes until the next new line, which is passed over. An opcode has one such line at
    /// most, so that what was searched for it need not be searched again.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Halt> {
        let known = self.known();
        let from = self.searched.clamp(self.at, known.len());
        let Some(length) = known[from..].iter().position(|&byte| byte == b'\n') else {
            self.searched = known.len();
            return Err(self.more());
        };
        let line = &known[self.at..from + length];
        self.at = from + length + 1;
        Ok(line)
    }

    /// The bytes until the next new line, or as many of them as anybody would read.
    pub(super) fn start_of_line(&mut self) -> Result<&'a [u8], Halt> {
        let rest = &self.known()[self.at..];
        let start = &rest[..rest.len().min(START_BYTES)];
        let end = start.iter().position(|&byte| byte == b'\n');
        if end.is_none() && start.len() < START_BYTES {
            return Err(self.more());
        }
        self.at += end.map_or(start.len(), |end| end + 1);
        Ok(&start[..end.unwrap_or(start.len())])
    }

    /// What has come of the longest pickle that could be.
    fn known(&self) -> &'a [u8] {
        self.bytes.get(..BYTES_MOST).unwrap_or(self.bytes)
    }

    /// There is too little.
    fn more(&self) -> Halt {
        let is_full = self.known().len() == BYTES_MOST;
        if is_full { PickleError::TooLong.into() } else { Halt::Incomplete }
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
