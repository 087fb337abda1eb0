//! The machine that a pickle is a program for, without the instructions that could do harm.

use std::collections::HashMap;

use super::arena::{Arena, Id, Node};
use super::input::{Halt, Input};
use super::opcode as op;
use super::{PickleError, Value, leaf};
use crate::text::Line;

/// The latest protocol: Python 3.8's.
const PROTOCOL_LATEST: u8 = 5;

/// How much of a class's name an error tells.
const CLASS_BYTES: usize = 64;

/// Reads one pickle whose bytes come in pieces, each opcode once.
#[derive(Default)]
pub struct Decoder {
    /// How many bytes of the pickle are carried out.
    at: usize,
    /// How many are known to hold no further new line.
    searched: usize,
    arena: Arena,
    stack: Vec<Id>,
    /// How high the stack was at each mark that is on it.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl Decoder {
    /// Goes on reading. `bytes` are all of the pickle that have come, those of earlier calls
    /// included; what follows it may be there, too. Gives the value and how many bytes the pickle
    /// took, or `None` when it goes on beyond them. After a value or an error it begins anew.
    ///
    /// # Errors
    /// When the bytes are no pickle of plain data, however they go on.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Option<(Value, usize)>, PickleError> {
        let ended = match self.run(bytes) {
            Err(Halt::Incomplete) => return Ok(None),
            Err(Halt::Refused(error)) => Err(error),
            Ok(value) => Ok(Some((value, self.at))),
        };
        *self = Self::default();
        ended
    }

    /// Carries opcodes out until the last. One whose argument has not come changes nothing.
    fn run(&mut self, bytes: &[u8]) -> Result<Value, Halt> {
        loop {
            let mut input = Input::new(bytes, self.at, self.searched);
            let opcode = input.byte()?;
            let done = self.carry_out(opcode, &mut input);
            self.searched = input.searched();
            done?;
            self.at = input.at();
            if opcode == op::STOP {
                let value = self.pop(&input)?;
                return Ok(self.arena.unfold(value, self.at)?);
            }
        }
    }

    fn carry_out(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Halt> {
        if let Some(value) = leaf::read(opcode, input)? {
            self.push(Node::Leaf(value));
            return Ok(());
        }
        match opcode {
            op::STOP => Ok(()),
            op::PROTO => protocol(input.byte()?),
            // Where the writer cut its output for faster reading says nothing about the data.
            op::FRAME => input.array::<8>().map(|_| ()),
            op::MARK | op::POP | op::POP_MARK | op::DUP => self.rearrange(opcode, input),
            op::GET | op::BINGET | op::LONG_BINGET => self.recall(opcode, input),
            op::PUT | op::BINPUT | op::LONG_BINPUT | op::MEMOIZE => self.remember(opcode, input),
            op::EMPTY_LIST
            | op::EMPTY_TUPLE
            | op::EMPTY_DICT
            | op::EMPTY_SET
            | op::LIST
            | op::DICT
            | op::TUPLE
            | op::TUPLE1
            | op::TUPLE2
            | op::TUPLE3
            | op::FROZENSET => self.make(opcode, input),
            op::APPEND | op::APPENDS | op::SETITEM | op::SETITEMS | op::ADDITEMS => {
                self.fill(opcode, input)
            }
            _ => Err(self.refuse(opcode, input)),
        }
    }

    fn rearrange(&mut self, opcode: u8, input: &Input<'_>) -> Result<(), Halt> {
        match opcode {
            op::MARK => self.marks.push(self.stack.len()),
            op::POP_MARK => _ = self.pop_mark(input)?,
            op::DUP => self.stack.push(self.top(input)?),
            // What is popped may be a mark.
            _ if self.is_bare() => _ = self.pop_mark(input)?,
            _ => _ = self.pop(input)?,
        }
        Ok(())
    }

    fn recall(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Halt> {
        let key = memo_key(opcode, input)?;
        let id = self.memo.get(&key).copied();
        self.stack.push(id.ok_or_else(|| input.malformed("recalls what was not said before"))?);
        Ok(())
    }

    fn remember(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Halt> {
        let key = match opcode {
            // As many as a pickle has bytes, which are far from filling a u32.
            op::MEMOIZE => u32::try_from(self.memo.len()).map_err(|_| PickleError::TooLong)?,
            _ => memo_key(opcode, input)?,
        };
        self.memo.insert(key, self.top(input)?);
        Ok(())
    }

    fn make(&mut self, opcode: u8, input: &Input<'_>) -> Result<(), Halt> {
        let node = match opcode {
            op::EMPTY_LIST => Node::List(Vec::new()),
            op::EMPTY_TUPLE => Node::Tuple(Vec::new()),
            op::EMPTY_DICT => Node::Dict(Vec::new()),
            op::EMPTY_SET => Node::Set(Vec::new()),
            op::LIST => Node::List(self.pop_mark(input)?),
            op::DICT => Node::Dict(pairs(&self.pop_mark(input)?, input)?),
            op::TUPLE => Node::Tuple(self.pop_mark(input)?),
            op::FROZENSET => Node::Set(self.pop_mark(input)?),
            _ => {
                let count = usize::from(opcode - op::TUPLE1) + 1;
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.pop(input)?);
                }
                items.reverse();
                Node::Tuple(items)
            }
        };
        self.push(node);
        Ok(())
    }

    /// Puts what is on top into the container below it.
    fn fill(&mut self, opcode: u8, input: &Input<'_>) -> Result<(), Halt> {
        let items = match opcode {
            op::APPEND => vec![self.pop(input)?],
            op::SETITEM => {
                let value = self.pop(input)?;
                vec![self.pop(input)?, value]
            }
            _ => self.pop_mark(input)?,
        };
        let container = self.top(input)?;
        match (opcode, self.arena.get_mut(container)) {
            (op::APPEND | op::APPENDS, Some(Node::List(list))) => list.extend(items),
            (op::ADDITEMS, Some(Node::Set(set))) => set.extend(items),
            (op::SETITEM | op::SETITEMS, Some(Node::Dict(dict))) => {
                dict.extend(pairs(&items, input)?);
            }
            _ => return Err(input.malformed("puts something into what is no container for it")),
        }
        Ok(())
    }

    /// Why this opcode is not carried out.
    fn refuse(&self, opcode: u8, input: &mut Input<'_>) -> Halt {
        let error = match opcode {
            op::GLOBAL | op::INST => match named_class(input) {
                Ok(class) => class,
                Err(halt) => return halt,
            },
            op::STACK_GLOBAL => match self.stack.as_slice() {
                [.., module, name] => class(self.text(*module), self.text(*name)),
                _ => PickleError::Call,
            },
            op::OBJ | op::NEWOBJ | op::NEWOBJ_EX | op::REDUCE | op::BUILD => PickleError::Call,
            op::PERSID | op::BINPERSID => PickleError::PersistentId,
            op::EXT1 | op::EXT2 | op::EXT4 => PickleError::Extension,
            op::NEXT_BUFFER | op::READONLY_BUFFER => PickleError::Buffer,
            _ => return input.malformed("is no opcode"),
        };
        error.into()
    }

    /// The text that is this value, as bytes; nothing if it is none.
    fn text(&self, id: Id) -> &[u8] {
        match self.arena.get(id) {
            Some(Node::Leaf(Value::Text(text))) => text.as_bytes(),
            _ => b"",
        }
    }

    fn push(&mut self, node: Node) {
        self.stack.push(self.arena.add(node));
    }

    /// Whether nothing is on the stack above the last mark.
    fn is_bare(&self) -> bool {
        self.stack.len() <= self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self, input: &Input<'_>) -> Result<Id, Halt> {
        let top = self.stack.last().copied().filter(|_| !self.is_bare());
        top.ok_or_else(|| input.malformed("needs a value before it"))
    }

    fn pop(&mut self, input: &Input<'_>) -> Result<Id, Halt> {
        let top = self.top(input)?;
        self.stack.pop();
        Ok(top)
    }

    /// Everything above the last mark, in order; the mark goes, too.
    fn pop_mark(&mut self, input: &Input<'_>) -> Result<Vec<Id>, Halt> {
        let mark = self.marks.pop().ok_or_else(|| input.malformed("needs a mark before it"))?;
        Ok(self.stack.split_off(mark))
    }
}

fn protocol(version: u8) -> Result<(), Halt> {
    if version <= PROTOCOL_LATEST { Ok(()) } else { Err(PickleError::Protocol(version).into()) }
}

fn memo_key(opcode: u8, input: &mut Input<'_>) -> Result<u32, Halt> {
    match opcode {
        op::BINGET | op::BINPUT => input.byte().map(u32::from),
        op::LONG_BINGET | op::LONG_BINPUT => input.array().map(u32::from_le_bytes),
        _ => {
            let digits = input.ascii_line()?;
            digits.parse().map_err(|_| input.malformed("has a memo number that is none"))
        }
    }
}

fn pairs(items: &[Id], input: &Input<'_>) -> Result<Vec<(Id, Id)>, Halt> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    } else {
        Err(input.malformed("makes a dict with a key that has no value"))
    }
}

/// The class on the two lines after its opcode.
fn named_class(input: &mut Input<'_>) -> Result<PickleError, Halt> {
    Ok(class(input.start_of_line()?, input.start_of_line()?))
}

fn class(module: &[u8], name: &[u8]) -> PickleError {
    let name = [module, b".", name].concat();
    let name = Line::cut(&String::from_utf8_lossy(&name), CLASS_BYTES);
    PickleError::Class(name.to_string())
}
