//! The console's one clock: what time it is, told once a second.

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use shared::time::Timestamp;

/// The time, as a signal.
#[derive(Debug, Clone, Copy)]
pub struct Clock(RwSignal<Timestamp>);

impl Clock {
    /// Starts ticking and can be asked for by every page below.
    pub fn provide() -> Self {
        let clock = Self(RwSignal::new(read()));
        // Runs as long as the page does.
        Interval::new(1_000, move || clock.0.set(read())).forget();
        provide_context(clock);
        clock
    }

    /// The clock of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// The time now; whoever asks is asked again every second.
    pub fn now(self) -> Timestamp {
        self.0.get()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
fn read() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// Minutes from UTC where the reader sits, at `at`.
#[expect(clippy::cast_possible_truncation, reason = "an offset is less than a day")]
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are below 2^53")]
pub fn utc_offset_minutes(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&(at.0 as f64).into());
    -(date.get_timezone_offset() as i32)
}
