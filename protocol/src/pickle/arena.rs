//! The values of a pickle that is being read. They refer to each other by number, since a pickle
//! fills a list after it has put it elsewhere, and may even put it into itself.

use super::{DEPTH_MOST, PickleError, Value};

/// How many values and bytes of text a pickle may unfold to, for each of its bytes. One that says
/// everything once stays under three, which is for texts whose every byte is replaced.
const UNFOLDED_MOST: usize = 4;

/// On top of that, for short pickles.
const UNFOLDED_FREE: usize = 256;

/// A value's number.
pub(super) type Id = usize;

/// A value whose parts are elsewhere.
pub(super) enum Node {
    Leaf(Value),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Set(Vec<Id>),
}

/// All values of a pickle; none is ever taken out.
#[derive(Default)]
pub(super) struct Arena(Vec<Node>);

impl Arena {
    pub(super) fn add(&mut self, node: Node) -> Id {
        self.0.push(node);
        self.0.len() - 1
    }

    pub(super) fn get(&self, id: Id) -> Option<&Node> {
        self.0.get(id)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Node> {
        self.0.get_mut(id)
    }

    /// The value with all its parts, for a pickle of so many bytes.
    ///
    /// Each time that a value is referred to counts: a few bytes can refer to one large value
    /// thousands of times, on several levels.
    pub(super) fn unfold(&self, id: Id, bytes: usize) -> Result<Value, PickleError> {
        Unfolding { arena: self, left: UNFOLDED_FREE + UNFOLDED_MOST * bytes }.value(id, 0)
    }
}

struct Unfolding<'a> {
    arena: &'a Arena,
    /// How many more values and bytes of text there may be.
    left: usize,
}

impl Unfolding<'_> {
    /// Calls itself for the parts, at most [`DEPTH_MOST`] deep.
    fn value(&mut self, id: Id, depth: usize) -> Result<Value, PickleError> {
        let node = &self.arena.0[id];
        self.count(node)?;
        let is_container = !matches!(node, Node::Leaf(_));
        if is_container && depth == DEPTH_MOST {
            return Err(PickleError::TooDeep);
        }
        Ok(match node {
            Node::Leaf(value) => value.clone(),
            Node::List(items) => Value::List(self.values(items, depth)?),
            Node::Tuple(items) => Value::Tuple(self.values(items, depth)?),
            Node::Set(items) => Value::Set(self.values(items, depth)?),
            Node::Dict(pairs) => {
                let pairs = pairs.iter();
                let pairs = pairs.map(|&(key, value)| {
                    Ok((self.value(key, depth + 1)?, self.value(value, depth + 1)?))
                });
                Value::Dict(pairs.collect::<Result<_, PickleError>>()?)
            }
        })
    }

    fn values(&mut self, items: &[Id], depth: usize) -> Result<Vec<Value>, PickleError> {
        items.iter().map(|&id| self.value(id, depth + 1)).collect()
    }

    fn count(&mut self, node: &Node) -> Result<(), PickleError> {
        let cost = 1 + match node {
            Node::Leaf(Value::Text(text)) => text.len(),
            Node::Leaf(Value::Bytes(bytes)) => bytes.len(),
            _ => 0,
        };
        self.left = self.left.checked_sub(cost).ok_or(PickleError::TooLarge)?;
        Ok(())
    }
}
