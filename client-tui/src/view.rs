//! The whole screen, drawn from the state.

use ratatui::Frame;

use crate::state::State;

/// Draws the screen.
pub fn view(_state: &State, _frame: &mut Frame<'_>) {}
