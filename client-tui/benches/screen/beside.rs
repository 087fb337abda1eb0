//! The same things measured of ours and of others, turn by turn: what the machine does to one of
//! them meanwhile, it does to all, so that the ratio stands where the figures do not.
//!
//! Others do not tell where a picture ends. Everybody is therefore looked at whenever anything was
//! read of them, and the time is that of the read; ours too, in these tables.

#[path = "beside/flood.rs"]
mod flood;
#[path = "beside/keys.rs"]
mod keys;

pub(crate) use flood::measure as measure_flood;
pub(crate) use keys::measure as measure_keys;

/// Whose figure the others' are put in relation to.
const MEASURE: &str = "irssi";

/// One figure in relation to another.
fn ratio(of: f64, to: Option<f64>) -> String {
    to.map_or_else(|| "–".to_owned(), |to| format!("{:.2}", of / to))
}
