//! What happens next: routes an event to the part of the state that it concerns.

use crate::effect::Effect;
use crate::event::{Event, Moment};
use crate::state::State;

/// Changes `state` as `event` asks, and says what the world shall do.
pub fn update(_state: &mut State, _now: Moment, _event: Event) -> Vec<Effect> {
    Vec::new()
}
