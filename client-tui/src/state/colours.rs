//! Which of the theme's colours people have: each the one that their name asks for, which is the same
//! on every screen, as long as nobody who was met before has it; then one that is free.
//!
//! Whoever has a colour keeps it, whoever comes and goes: nobody is to learn anew who is who. The
//! price is that those who found theirs taken may have another one on the screen of somebody who met
//! them in another order.

use std::collections::HashMap;

/// Other colours that a name looks at before it takes what fewest have: few, so that it takes away
/// few that others will ask for.
const TRIES: usize = 3;

/// People who are remembered; beyond that everybody chooses anew.
const MOST: usize = 2_000;

/// Who was met.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    /// Colours, by the hashes of names.
    of: HashMap<usize, usize>,
    /// How many people have each.
    used: Vec<usize>,
}

impl Colours {
    /// The colour of somebody whose name has this hash, where there are so many colours.
    pub(crate) fn of(&self, hash: usize, colours: usize) -> usize {
        let colours = colours.max(1);
        let met = self.of.get(&hash).copied().filter(|colour| *colour < colours);
        met.unwrap_or(hash % colours)
    }

    /// Meets somebody.
    pub(crate) fn meet(&mut self, hash: usize, colours: usize) {
        if self.used.len() != colours || self.of.len() >= MOST {
            self.of.clear();
            self.used = vec![0; colours];
        }
        if colours == 0 || self.of.contains_key(&hash) {
            return;
        }
        let wishes = std::iter::once(hash % colours).chain(others(hash, colours));
        let mut anything = wishes.chain(0..colours);
        let Some(least) = self.used.iter().min().copied() else { return };
        let Some(chosen) = anything.find(|&colour| self.used[colour] == least) else { return };
        self.used[chosen] += 1;
        self.of.insert(hash, chosen);
    }
}

/// What a name looks at where somebody else has what it asks for: any but that.
fn others(hash: usize, colours: usize) -> impl Iterator<Item = usize> {
    let (first, rank) = (hash % colours, hash / colours);
    let others = colours.saturating_sub(1).max(1);
    // As far apart as there is room for: no two are the same, and names which begin together part.
    let step = (others / TRIES).max(1);
    (0..TRIES).map(move |at| (first + 1 + (rank + step * at) % others) % colours)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn met(hashes: &[usize], colours: usize) -> Colours {
        let mut met = Colours::default();
        hashes.iter().for_each(|&hash| met.meet(hash, colours));
        met
    }

    #[test]
    fn a_name_has_what_it_asks_for_unless_somebody_has_it() {
        let check = |hashes: &[usize], expected: &[usize]| {
            let met = met(hashes, 5);
            let found: Vec<usize> = hashes.iter().map(|&hash| met.of(hash, 5)).collect();
            assert_eq!(found, expected, "{hashes:?}");
        };
        check(&[1, 2, 3], &[1, 2, 3]);
        check(&[1, 6], &[1, 3]);
        check(&[6, 1], &[1, 2]);
        check(&[1, 6, 1], &[1, 3, 1]);
        // When all are had by somebody, everybody asks anew.
        check(&[1, 2, 3, 4, 0, 6], &[1, 2, 3, 4, 0, 1]);
        assert_eq!(Colours::default().of(7, 5), 2, "who was not met has the first choice");
        assert_eq!(Colours::default().of(7, 0), 0);
        assert_eq!(met(&[4], 5).of(4, 3), 1, "another theme may have fewer");
    }

    proptest! {
        #[test]
        fn whoever_comes_takes_no_colour_away_and_all_differ_while_they_can(
            hashes in proptest::collection::btree_set(0_usize..1_000_000, 1..40),
            colours in 1_usize..20,
        ) {
            let hashes: Vec<usize> = hashes.into_iter().collect();
            let mut met = Colours::default();
            let mut had = Vec::new();
            for (at, &hash) in hashes.iter().enumerate() {
                met.meet(hash, colours);
                had.push(met.of(hash, colours));
                for (&hash, &had) in hashes[..at].iter().zip(&had) {
                    prop_assert_eq!(met.of(hash, colours), had);
                }
            }
            let first: BTreeSet<usize> = had.iter().take(colours).copied().collect();
            prop_assert_eq!(first.len(), hashes.len().min(colours));
            prop_assert!(first.iter().all(|colour| *colour < colours));
        }

        #[test]
        fn what_a_name_looks_at_differs_as_far_as_there_is_anything(
            hash in 0_usize..1_000_000,
            colours in 2_usize..40,
        ) {
            let others: BTreeSet<usize> = others(hash, colours).collect();
            prop_assert_eq!(others.len(), TRIES.min(colours - 1));
            prop_assert!(!others.contains(&(hash % colours)));
        }
    }
}
