//! The inbox's keyboard: which key does what, and the dialog that says so.

use leptos::prelude::*;
use shared::api::View;

use super::super::dialog::Dialog;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Opens the conversation so many lines below.
    Move(isize),
    /// Opens a view.
    View(View),
    /// Goes to the search box.
    Search,
    /// Takes the conversation.
    Claim,
    /// Goes to the reply.
    Reply,
    /// Goes to the note.
    Note,
    /// Hands back to an agent.
    HandBack,
    /// Closes the conversation.
    Close,
    /// Opens the decision that waits.
    Review,
    /// Shows or hides the brief.
    Brief,
    /// Shows how Baton worked, or hides it.
    Workings,
    /// Shows the trace, or the transcript again.
    Trace,
    /// Shows the keys.
    Help,
    /// Leaves what one is in.
    Leave,
}

/// What `key` does; while somebody types, or with a modifier held, only Escape does anything.
pub fn shortcut(key: &str, typing: bool, modified: bool) -> Option<Shortcut> {
    if key == "Escape" {
        return Some(Shortcut::Leave);
    }
    if typing || modified {
        return None;
    }
    Some(match key {
        "j" | "ArrowDown" => Shortcut::Move(1),
        "k" | "ArrowUp" => Shortcut::Move(-1),
        "1" => Shortcut::View(View::Waiting),
        "2" => Shortcut::View(View::Mine),
        "3" => Shortcut::View(View::All),
        "4" => Shortcut::View(View::Closed),
        "/" => Shortcut::Search,
        "c" => Shortcut::Claim,
        "r" => Shortcut::Reply,
        "n" => Shortcut::Note,
        "b" => Shortcut::HandBack,
        "e" => Shortcut::Close,
        "a" => Shortcut::Review,
        "i" => Shortcut::Brief,
        "w" => Shortcut::Workings,
        "t" => Shortcut::Trace,
        "?" => Shortcut::Help,
        _ => return None,
    })
}

const KEYS: [(&str, &str); 15] = [
    ("j  k", "next and previous conversation"),
    ("Enter", "open the conversation that has the focus"),
    ("1 2 3 4", "waiting, mine, all, closed"),
    ("/", "search"),
    ("c", "claim"),
    ("r", "reply"),
    ("n", "internal note"),
    ("b", "hand back to an agent"),
    ("e", "close the conversation"),
    ("a", "approve or decline what waits"),
    ("i", "show or hide the brief"),
    ("w", "show or hide how Baton worked"),
    ("t", "the trace, or the transcript again"),
    ("Esc", "leave the text box, or go back to the list"),
    ("?", "this list"),
];

/// The dialog that lists the keys.
#[component]
pub fn KeyHelp(
    /// It has been read.
    on_close: Callback<()>,
) -> impl IntoView {
    let lines = KEYS.map(|(keys, does)| {
        let keys = keys.split_whitespace().map(|k| view! { <kbd>{k}</kbd> }).collect_view();
        view! { <div><dt>{keys}</dt><dd>{does}</dd></div> }
    });
    view! {
        <Dialog title="Keyboard" on_close=on_close>
            <dl class="keys">{lines.into_iter().collect_view()}</dl>
            <p class="hint">"In the reply, Enter sends and Shift + Enter begins a new line."</p>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_never_taken_for_a_command() {
        let check = |key, typing, modified, does| assert_eq!(shortcut(key, typing, modified), does);
        check("j", false, false, Some(Shortcut::Move(1)));
        check("j", true, false, None);
        check("c", false, true, None);
        check("Escape", true, false, Some(Shortcut::Leave));
        check("4", false, false, Some(Shortcut::View(View::Closed)));
        check("e", false, false, Some(Shortcut::Close));
        check("Dead", false, false, None);
        check("", false, false, None);
    }
}
