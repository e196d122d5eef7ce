//! "Somebody is typing", told sparingly.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Interval;

/// How often typing is told while it goes on, and how long a pause ends it, in milliseconds.
const EVERY_MS: u32 = 3_000;

/// Whether the visitor types, as far as was told.
#[derive(Debug, Clone, Default)]
pub struct Typing(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    /// Whether a key was pressed since typing was last told.
    goes_on: bool,
    /// Tells at intervals, while somebody types.
    clock: Option<Interval>,
}

impl Typing {
    /// Notes a key; tells at once when typing begins, then at intervals, and when it has ended.
    pub fn note(&self, tell: impl Fn(bool) + 'static) {
        self.0.borrow_mut().goes_on = true;
        if self.0.borrow().clock.is_some() {
            return;
        }
        self.stop();
        tell(true);
        let state = self.0.clone();
        let clock = Interval::new(EVERY_MS, move || {
            let goes_on = std::mem::take(&mut state.borrow_mut().goes_on);
            tell(goes_on);
            if !goes_on {
                state.borrow_mut().clock = None;
            }
        });
        self.0.borrow_mut().clock = Some(clock);
    }

    /// What was typed is sent: at the next interval typing has ended.
    pub fn stop(&self) {
        self.0.borrow_mut().goes_on = false;
    }
}
