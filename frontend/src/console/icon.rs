//! The few pictures of the console, drawn with lines so that they take the text's colour.

use leptos::prelude::*;

/// A picture of sixteen units, by the path it is drawn with.
#[component]
pub fn Icon(
    /// The path.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
}

/// A bell.
pub const BELL: &str = "M3.5 11.5h9l-1-1.6V7a3.5 3.5 0 0 0-7 0v2.9zM6.6 13.4a1.5 1.5 0 0 0 2.8 0";
/// A loudspeaker.
pub const SOUND: &str =
    "M2.5 6.2v3.6h2.3L8 12.6V3.4L4.8 6.2zM10.4 6a2.8 2.8 0 0 1 0 4M12.2 4.2a5.4 5.4 0 0 1 0 7.6";
/// A question mark.
pub const HELP: &str = "M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.7M8 12.4v.1";
/// A magnifying glass.
pub const SEARCH: &str = "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4l3.1 3.1";
/// An arrow to the left.
pub const BACK: &str = "M9.8 3.4 5.2 8l4.6 4.6";
/// An arrow that leads out of a box.
pub const SOURCE: &str = "M9 3.5h3.5V7M12.2 3.8 7.5 8.5M6.5 4.5h-3v8h8v-3";
/// A page with lines.
pub const BRIEF: &str = "M3.5 2.5h9v11h-9zM5.8 5.5h4.4M5.8 8h4.4M5.8 10.5h2.6";
/// The baton: a slanted stick between two hands.
pub const BATON: &str = "M4 12 12 4M2.6 10.6l2.8 2.8M10.6 2.6l2.8 2.8";
/// Two sheets.
pub const COPY: &str = "M5.8 5.8h7.4v7.4H5.8zM3 10.2V3h7.2";
/// A tick.
pub const DONE: &str = "M3.2 8.6 6.4 11.8 12.8 4.8";
/// Somebody.
pub const PERSON: &str =
    "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.4c.5-2.4 2.5-3.6 5-3.6s4.5 1.2 5 3.6";
/// A spanner.
pub const TOOL: &str = "M9.6 4.2a2.6 2.6 0 0 1 3.5-1.4l-1.8 1.8.3 1.2 1.2.3 1.8-1.8a2.6 2.6 0 0 1-3.6 3.2l-5.6 5.6-1.5-1.5 5.6-5.6a2.6 2.6 0 0 1 .1-1.8z";
