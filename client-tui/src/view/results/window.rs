//! Which of the hits are seen, and in which rows, with the days that stand above them.

use jiff::civil::Date;

/// Rows of a hit.
pub(super) const ROWS: u16 = 2;

/// Whether so many rows have room for days.
pub(super) fn has_days(height: u16) -> bool {
    height > 2 * ROWS
}

/// A hit that is shown: which, the row of the list that it begins in, and whether its day stands
/// above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) index: usize,
    pub(super) row: u16,
    pub(super) dated: bool,
}

/// The hits that are seen in so many rows, each day named once, above its first: what is chosen is
/// always seen whole. Where rows are few there are no days.
pub(super) fn window(days: &[Option<Date>], chosen: usize, height: u16) -> Vec<Shown> {
    let dates = has_days(height);
    let dated = |index: usize| dates && index.checked_sub(1).is_none_or(|i| days[i] != days[index]);
    let mut first = chosen.min(days.len().saturating_sub(1));
    // The first that is seen has its day above it, whatever was before it.
    let mut used = ROWS + u16::from(dates);
    while first > 0 {
        used += ROWS + u16::from(dated(first));
        if used > height {
            break;
        }
        first -= 1;
    }
    let mut row = 0;
    let mut shown = Vec::new();
    for index in first..days.len() {
        let dated = dates && (index == first || dated(index));
        row += u16::from(dated);
        if row + ROWS > height && index > first {
            break;
        }
        shown.push(Shown { index, row, dated });
        row += ROWS;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_named_once_and_what_is_chosen_is_seen() {
        let day = |day: i8| Some(Date::constant(2026, 11, day));
        let check = |days: &[i8], chosen, height, expected: &[(usize, u16, bool)]| {
            let days: Vec<Option<Date>> = days.iter().map(|&number| day(number)).collect();
            let shown = window(&days, chosen, height);
            let shown: Vec<_> = shown.iter().map(|one| (one.index, one.row, one.dated)).collect();
            assert_eq!(shown, expected, "{days:?} {chosen} {height}");
        };
        check(&[], 0, 10, &[]);
        check(&[3, 3, 2], 0, 10, &[(0, 1, true), (1, 3, false), (2, 6, true)]);
        check(&[3, 3, 2], 0, 7, &[(0, 1, true), (1, 3, false)]);
        check(&[3, 3, 2], 2, 7, &[(1, 1, true), (2, 4, true)]);
        check(&[3, 3, 2], 1, 5, &[(0, 1, true), (1, 3, false)]);
        check(&[3, 2, 1], 2, 5, &[(2, 1, true)]);
        check(&[3, 2, 1], 1, 4, &[(0, 0, false), (1, 2, false)]);
        check(&[3, 2, 1], 1, 1, &[(1, 0, false)]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_chosen_is_among_what_is_seen(
            days in proptest::collection::vec(1_i8..4, 1..30), chosen: usize, height in 2_u16..30)
        {
            let days: Vec<_> = days.iter().map(|&day| Some(Date::constant(2026, 11, day))).collect();
            let chosen = chosen % days.len();
            let shown = window(&days, chosen, height);
            proptest::prop_assert!(shown.iter().any(|one| one.index == chosen));
            proptest::prop_assert!(shown.iter().all(|one| one.row + ROWS <= height.max(ROWS)));
        }
    }
}
