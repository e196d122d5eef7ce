//! Who of the staff is here, and whether one is away oneself.

use leptos::{prelude::*, task::spawn_local};
use shared::{api::Present, live::LiveFrame};

use super::super::{client::Desk, live::Live, toast::Toasts};
use crate::conversation::party::{Party, avatar};

/// Whoever has a page open, by name.
#[derive(Debug, Clone, Copy)]
pub struct People(RwSignal<Vec<Present>>);

impl People {
    /// Follows them from here on, whatever page is open.
    pub fn provide() -> Self {
        let people = Self(RwSignal::new(Vec::new()));
        provide_context(people);
        Live::here().follow(move |frame| {
            if let LiveFrame::People { people: now } = frame {
                people.0.set(now.clone());
            }
        });
        people
    }
}

/// The colleagues who are here, and a switch to be away.
#[component]
pub fn WhoIsHere() -> impl IntoView {
    let People(people) = expect_context();
    let desk = expect_context::<Desk>();
    let me = desk.my_id().clone();
    let others = Memo::new(move |_| {
        people.with(|all| all.iter().filter(|p| p.id != me).cloned().collect::<Vec<_>>())
    });
    view! {
        <div class="people">
            <ul class="people-here" aria-label="Colleagues who are here">
                {move || {
                    let others = others.get();
                    if others.is_empty() {
                        return view! { <li class="hint">"Nobody else is here"</li> }.into_any();
                    }
                    others.into_iter().map(face).collect_view().into_any()
                }}
            </ul>
            <AwaySwitch/>
        </div>
    }
}

fn face(person: Present) -> impl IntoView {
    let state = if person.away { "away" } else { "here" };
    let title = format!("{}, {state}", person.name);
    let party = Party { kind: "staff", name: person.name };
    view! {
        <li class="face" class:away=person.away title=title.clone()>
            {avatar(&party)} <span class="sr-only">{title.clone()}</span>
        </li>
    }
}

#[component]
fn AwaySwitch() -> impl IntoView {
    let People(people) = expect_context();
    let (desk, toasts) = (expect_context::<Desk>(), Toasts::here());
    let me = desk.my_id().clone();
    let away = Memo::new(move |_| people.with(|all| all.iter().any(|p| p.id == me && p.away)));
    let busy = RwSignal::new(false);
    let switch = move |_| {
        let (desk, to) = (desk.clone(), !away.get_untracked());
        busy.set(true);
        spawn_local(async move {
            let answer = desk.set_away(to).await;
            busy.try_set(false);
            match answer {
                Ok(()) if to => toasts.done(
                    "You are away. Visitors who wait for you go back to the queue in a while.",
                ),
                Ok(()) => {}
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <button
            type="button"
            class="button small away-switch"
            aria-pressed=move || away.get().to_string()
            title="Tells colleagues that you are away, and gives visitors who wait for you back to the queue"
            disabled=move || busy.get()
            on:click=switch
        >
            {move || if away.get() { "You are away" } else { "Away" }}
        </button>
    }
}
