//! Parts of the page that are drawn anew when what they show has changed.

use leptos::prelude::*;

use super::{chat::Chat, state::State};

/// Draws whenever what `shows` picks from the state is another than before; also at once.
pub fn region<T: PartialEq + 'static>(
    chat: Chat,
    shows: impl Fn(&State) -> T + 'static,
    draw: impl Fn(&T) + 'static,
) {
    let mut drawn = None;
    follow(Box::new(move || {
        let mut now = None;
        chat.state.with(&mut |state| now = Some(shows(state)));
        if now != drawn {
            now.iter().for_each(&draw);
            drawn = now;
        }
    }));
}

/// Calls `then` now and after every change of what it reads. One effect type for all: each would
/// bring its own copy of the machinery.
pub fn follow(then: Box<dyn FnMut()>) {
    Effect::new(then);
}
