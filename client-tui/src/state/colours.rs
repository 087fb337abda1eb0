//! Which of the theme's colours people have. A name asks for the same colour on every screen; where
//! several who were met ask for one, the name that ranks first has it, and the others look for one
//! that nobody asks for. In which order they were met does not matter: who has met the same people
//! sees the same colours, and on other screens somebody has another colour only where one of the two
//! readers has met somebody whom the other has not.
//!
//! Nobody is forgotten, so that no colour changes because somebody leaves or a page is scrolled.
//! Somebody new takes what was asked for from one other at most; those who did not get what they
//! asked for may have to look again.
//!
//! It is not looked for long, so two may still have the same: to keep everybody apart, nearly
//! everybody's colour would have to change with each who comes.

/// Other colours that a name looks at before it takes what somebody else may have, too.
const TRIES: usize = 3;

/// Who was met, as far as it matters: for each colour, the least rank that asked for it.
#[derive(Debug, Default)]
pub(crate) struct Colours {
    first: Vec<Option<usize>>,
}

/// What a name asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    first: usize,
    rank: usize,
}

impl Wish {
    /// Of a name with this hash, where there are so many colours, at least one.
    fn of(hash: usize, colours: usize) -> Self {
        Self { first: hash % colours, rank: hash / colours }
    }

    /// What it looks at where somebody else has that: any but the first.
    fn others(self, colours: usize) -> impl Iterator<Item = usize> {
        let others = colours.saturating_sub(1).max(1);
        // As far apart as there is room for: no two are the same, and names which begin together
        // part.
        let step = (others / TRIES).max(1);
        (0..TRIES).map(move |at| (self.first + 1 + (self.rank + step * at) % others) % colours)
    }
}

impl Colours {
    /// The colour of somebody whose name has this hash, where there are so many colours.
    pub(crate) fn of(&self, hash: usize, colours: usize) -> usize {
        let colours = colours.max(1);
        let wish = Wish::of(hash, colours);
        let asked = |colour: usize| self.first.get(colour).copied().flatten();
        if asked(wish.first).is_none_or(|rank| rank >= wish.rank) {
            return wish.first;
        }
        let free = wish.others(colours).find(|&colour| asked(colour).is_none());
        free.or(wish.others(colours).next()).unwrap_or(wish.first)
    }

    /// Meets somebody.
    pub(crate) fn meet(&mut self, hash: usize, colours: usize) {
        if self.first.len() != colours {
            self.first = vec![None; colours];
        }
        let wish = Wish::of(hash, colours.max(1));
        if let Some(least) = self.first.get_mut(wish.first) {
            *least = Some(least.map_or(wish.rank, |rank| rank.min(wish.rank)));
        }
    }
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
    fn the_first_by_rank_has_what_it_asks_for() {
        let check = |hashes: &[usize], expected: &[usize]| {
            let met = met(hashes, 5);
            let found: Vec<usize> = hashes.iter().map(|&hash| met.of(hash, 5)).collect();
            assert_eq!(found, expected, "{hashes:?}");
        };
        check(&[1, 2, 3], &[1, 2, 3]);
        check(&[1, 6], &[1, 3]);
        check(&[6, 1], &[3, 1]);
        check(&[1, 6, 1], &[1, 3, 1]);
        // What others ask for is left to them, as far as something is free.
        check(&[1, 6, 3], &[1, 4, 3]);
        check(&[1, 6, 0, 2, 3, 4], &[1, 3, 0, 2, 3, 4]);
        assert_eq!(Colours::default().of(7, 5), 2, "who was not met has the first choice");
        assert_eq!(Colours::default().of(7, 0), 0);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_who_was_met_first(
            (hashes, mixed) in proptest::collection::vec(0_usize..1_000_000, 1..40)
                .prop_flat_map(|hashes| (Just(hashes.clone()), Just(hashes).prop_shuffle())),
            colours in 1_usize..20,
        ) {
            let (one, other) = (met(&hashes, colours), met(&mixed, colours));
            for hash in hashes {
                prop_assert_eq!(one.of(hash, colours), other.of(hash, colours));
            }
        }

        #[test]
        fn somebody_new_takes_what_was_asked_for_from_one_at_most(
            hashes in proptest::collection::btree_set(0_usize..1_000_000, 1..40),
            new in 0_usize..1_000_000,
            colours in 1_usize..20,
        ) {
            let hashes: Vec<usize> = hashes.into_iter().collect();
            let (before, mut after) = (met(&hashes, colours), met(&hashes, colours));
            after.meet(new, colours);
            let first = |hash: &&usize| before.of(**hash, colours) == **hash % colours;
            let lost = |hash: &&usize| after.of(**hash, colours) != **hash % colours;
            prop_assert!(hashes.iter().filter(first).filter(lost).count() <= 1);
            prop_assert!(hashes.iter().all(|&hash| after.of(hash, colours) < colours));
        }

        #[test]
        fn what_a_name_looks_at_differs_as_far_as_there_is_anything(
            hash in 0_usize..1_000_000,
            colours in 2_usize..40,
        ) {
            let others: BTreeSet<usize> = Wish::of(hash, colours).others(colours).collect();
            prop_assert_eq!(others.len(), TRIES.min(colours - 1));
            prop_assert!(!others.contains(&(hash % colours)));
        }

        #[test]
        fn few_people_differ(names in proptest::collection::btree_set("[a-z]{2,8}", 2)) {
            let hashes: Vec<usize> = names.iter().map(|name| crate::theme::hash(name)).collect();
            let met = met(&hashes, 12);
            prop_assert_ne!(met.of(hashes[0], 12), met.of(hashes[1], 12));
        }
    }
}
