//! The queues of people: what visitors read, how long they wait, and what then happens.

use leptos::prelude::*;
use shared::{
    agent::DeskSettings,
    id::QueueSlug,
    limits::QUEUES,
    queue::{Fallback, Queue},
};

use super::{
    super::super::field::{Field, Select, TextInput, Whole, Wrong, saturated},
    Form,
};

/// How long a conversation waits in a queue that was just made, in seconds.
const DEADLINE_S: u32 = 15 * 60;
/// The choice of no other queue.
const TELL: &str = "";

/// The queues, and what happens when whoever claimed is not there.
#[component]
pub fn Queues(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    let slugs = Memo::new(move |_| {
        form.now.with(|s| s.queues.iter().map(|q| q.slug.clone()).collect::<Vec<_>>())
    });
    let names = Signal::derive(move || form.now.with(|s| names(s, None)));
    let full = Memo::new(move |_| slugs.with(Vec::len) >= QUEUES);
    view! {
        <fieldset>
            <legend>"Waiting for a person"</legend>
            <p class="hint">
                "Who waits always has a deadline, and something happens when it passes. Nothing here leads back to an agent."
            </p>
            <Field field="queues" label="" wrong=only_whole(form)/>
            <For each=move || slugs.get() key=Clone::clone let:slug>
                <QueueBox form=form slug=slug/>
            </For>
            <p class="buttons">
                <button type="button" class="button" disabled=full on:click=move |_| form.now.update(add)>
                    "Add a queue"
                </button>
            </p>
            {move || {
                (slugs.with(Vec::len) > 1)
                    .then(|| {
                        view! {
                            <Field
                                field="queue"
                                label="When all else fails"
                                hint="The queue that gets what no agent could go on with."
                                wrong=form.wrong.into()
                            >
                                <Select
                                    id="queue"
                                    value=form.of(|s| s.queue.to_string())
                                    options=names
                                    on_change=form.typed(|s, v: String| if let Ok(slug) = v.parse() { s.queue = slug })
                                />
                            </Field>
                        }
                    })
            }}
            <Field
                field="lease_s"
                label="Given back after, in minutes"
                hint="When a person who owns a conversation is not there, and its visitor waits for so long, it goes back to its queue."
                wrong=form.wrong.into()
            >
                <Whole id="lease_s" value=form.of(|s| s.lease_s.div_ceil(60).to_string())
                    on_change=form.typed(|s, v| s.lease_s = saturated(v).saturating_mul(60))/>
            </Field>
        </fieldset>
    }
}

#[component]
fn QueueBox(form: Form, slug: QueueSlug) -> impl IntoView {
    let slug = StoredValue::new(slug);
    let place =
        move |s: &DeskSettings| s.queues.iter().position(|q| slug.with_value(|o| q.slug == *o));
    let at = Memo::new(move |_| form.now.with(place).unwrap_or_default());
    let read = move |of: fn(&Queue) -> String| {
        Signal::derive(move || {
            form.now.with(|s| place(s).map(|i| of(&s.queues[i])).unwrap_or_default())
        })
    };
    let change = move |with: &dyn Fn(&mut Queue)| {
        form.now.update(|s| {
            if let Some(i) = place(s) {
                with(&mut s.queues[i]);
            }
        });
    };
    let name = read(|q| q.name.clone());
    let others = Signal::derive(move || {
        let mut choices =
            vec![(TELL.to_owned(), "the visitor is told what happens next".to_owned())];
        let others = form.now.with(|s| slug.with_value(|own| names(s, Some(own))));
        let asked = |(slug, name)| (slug, format!("{name} is asked as well"));
        choices.extend(others.into_iter().map(asked));
        choices
    });
    let is_last = Signal::derive(move || form.now.with(|s| slug.with_value(|own| s.queue == *own)));
    let id = move |field: &str| format!("queues[{}].{field}", at.get_untracked());
    let remove = move |_| {
        form.now.update(|s| s.queues.retain(|q| slug.with_value(|own| q.slug != *own)));
    };
    view! {
        <div class="rule-box" role="group" aria-label=move || format!("Queue: {}", name.get())>
            <div class="row">
                <Field field=id("name") label="Name of the queue" hint="What visitors read while they wait." wrong=form.wrong.into()>
                    <TextInput id=id("name") value=name
                        on_input=Callback::new(move |v: String| change(&|q| q.name.clone_from(&v)))/>
                </Field>
                <span class="buttons rule-buttons">
                    <button type="button" class="button small" disabled=is_last on:click=remove
                        title=move || if is_last.get() { "Choose another queue for when all else fails first" } else { "" }>
                        "Remove"
                    </button>
                </span>
            </div>
            <div class="row">
                <Field field=id("deadline_s") label="To be claimed within, in minutes" wrong=form.wrong.into()>
                    <Whole id=id("deadline_s") value=read(|q| (q.deadline_s / 60).to_string())
                        on_change=Callback::new(move |v| {
                            change(&|q| q.deadline_s = saturated(v).saturating_mul(60));
                        })/>
                </Field>
                <Field field=id("fallback") label="After that" wrong=form.wrong.into()>
                    <Select id=id("fallback") value=read(|q| chosen(&q.fallback)) options=others
                        on_change=Callback::new(move |v: String| change(&|q| q.fallback = fallback(&v)))/>
                </Field>
            </div>
        </div>
    }
}

/// An error of the list as a whole, not of one queue in it.
fn only_whole(form: Form) -> Wrong {
    Signal::derive(move || form.wrong.get().filter(|(field, _)| field == "queues"))
}

/// Short names and names of the queues but `except`.
fn names(settings: &DeskSettings, except: Option<&QueueSlug>) -> Vec<(String, String)> {
    let others = settings.queues.iter().filter(|queue| Some(&queue.slug) != except);
    others.map(|queue| (queue.slug.to_string(), queue.name.clone())).collect()
}

/// Adds a queue whose short name is not in use; nobody reads it.
fn add(settings: &mut DeskSettings) {
    let free = (2..).find_map(|n| {
        let slug: QueueSlug = format!("team_{n}").parse().ok()?;
        settings.queue_called(&slug).is_none().then_some((slug, n))
    });
    if let Some((slug, n)) = free {
        let name = format!("Team {n}");
        let fallback = Fallback::Tell;
        settings.queues.push(Queue { slug, name, deadline_s: DEADLINE_S, fallback });
    }
}

fn chosen(fallback: &Fallback) -> String {
    match fallback {
        Fallback::Tell => TELL.to_owned(),
        Fallback::Queue { slug } => slug.to_string(),
    }
}

fn fallback(choice: &str) -> Fallback {
    choice.parse().map_or(Fallback::Tell, |slug| Fallback::Queue { slug })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallbacks_survive_the_choice() {
        let other = Fallback::Queue { slug: "team_2".parse().unwrap() };
        for known in [Fallback::Tell, other] {
            assert_eq!(fallback(&chosen(&known)), known);
        }
    }
}
