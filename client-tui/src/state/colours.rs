//! Which of the theme's colours people have: each the one that their name asks for, as long as it
//! is free, so that those who talk with each other look different.

use std::collections::HashMap;

/// People who are remembered; beyond that everybody chooses anew.
const MOST: usize = 2_000;

/// Colours by names, as they are spelt.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    of: HashMap<String, usize>,
    /// How many people have each.
    used: Vec<usize>,
}

impl Colours {
    /// The colour of somebody who was met.
    pub(crate) fn of(&self, name: &str) -> Option<usize> {
        self.of.get(name).copied()
    }

    /// Meets somebody, whose name asks for this one of so many colours.
    pub(crate) fn meet(&mut self, name: &str, wanted: usize, colours: usize) {
        if colours == 0 || self.of.contains_key(name) {
            return;
        }
        if self.used.len() != colours || self.of.len() >= MOST {
            self.of.clear();
            self.used = vec![0; colours];
        }
        let order = (0..colours).map(|step| (wanted + step) % colours);
        let Some(chosen) = order.min_by_key(|&colour| self.used[colour]) else { return };
        self.used[chosen] += 1;
        self.of.insert(name.to_owned(), chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_differ_while_there_are_colours() {
        let mut colours = Colours::default();
        let mut check = |name: &str, wanted, expected| {
            colours.meet(name, wanted, 3);
            assert_eq!(colours.of(name), Some(expected), "{name}");
        };
        check("ann", 1, 1);
        check("bob", 1, 2);
        check("ann", 0, 1);
        check("cy", 1, 0);
        check("di", 2, 2);
        check("eve", 2, 0);
        assert_eq!(colours.of("zoe"), None);
        colours.meet("zoe", 5, 0);
        assert_eq!(colours.of("zoe"), None, "without colours there is none");
    }
}
