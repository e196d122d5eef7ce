//! What holds for the whole desk, outside any agent.

mod hours;
mod refunds;

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{agent::DeskSettings, api::Agents};

use self::{hours::Hours, refunds::Refunds};
use super::{
    super::{
        client::Admin,
        field::{Field, Select, TextInput, Whole, saturated},
        load::{Loader, loaded},
        nav::Nav,
        toast::Toasts,
    },
    FormFault, PageHead, placed, target,
};

/// What holds for the whole desk.
#[component]
pub fn DeskPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let both = Loader::new(move || {
        let admin = admin.clone();
        async move { Ok((admin.settings().await?, admin.desk().agents().await?)) }
    });
    view! {
        <PageHead title="Desk" text="What holds for the whole desk, outside any agent and any model."/>
        {loaded(both, |(settings, agents)| view! { <DeskForm settings=settings agents=agents/> })}
    }
}

#[derive(Debug, Clone, Copy)]
struct Form {
    now: RwSignal<DeskSettings>,
    wrong: RwSignal<Option<(String, String)>>,
}

impl Form {
    fn of<T: Send + Sync + 'static>(self, of: fn(&DeskSettings) -> T) -> Signal<T> {
        Signal::derive(move || self.now.with(of))
    }

    fn typed<T: 'static>(self, write: fn(&mut DeskSettings, T)) -> Callback<T> {
        Callback::new(move |value| self.now.update(|s| write(s, value)))
    }
}

#[component]
fn DeskForm(settings: DeskSettings, agents: Agents) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let saved = RwSignal::new(settings.clone());
    let form = Form { now: RwSignal::new(settings), wrong: RwSignal::new(None) };
    let busy = RwSignal::new(false);
    let changed = Memo::new(move |_| form.now.get() != saved.get());
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let now = form.now.get_untracked();
        if let Err(fault) = check(&now) {
            return form.wrong.set(Some(fault));
        }
        form.wrong.set(None);
        busy.set(true);
        let admin = admin.clone();
        spawn_local(async move {
            let answer = admin.save_settings(&now).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    saved.try_set(now);
                    toasts.done("Saved. It holds from now on.");
                }
                Err(failure) => drop(form.wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    view! {
        <form class="form narrow" on:submit=save novalidate>
            <Ways form=form agents=agents/>
            <Queue form=form/>
            <Hours form=form/>
            <Refunds form=form/>
            <FormFault
                wrong=form.wrong
                fields=&["front_door", "escalation", "queue_name", "queue_deadline_s", "lease_s", "hours", "refund_policy"]
            />
            <p class="buttons sticky-foot">
                <button type="submit" class="button primary" disabled=move || busy.get() || !changed.get()>"Save"</button>
                <button type="button" class="button" disabled=move || !changed.get()
                    on:click=move |_| form.now.set(saved.get_untracked())>"Undo changes"</button>
            </p>
        </form>
    }
}

#[component]
fn Ways(form: Form, agents: Agents) -> impl IntoView {
    let published = agents.agents.into_iter().filter_map(|a| a.published);
    let names: Vec<_> = published.map(|p| (p.spec.slug.to_string(), p.spec.name)).collect();
    let queue = form.now.with_untracked(|s| (format!("queue {}", s.queue), s.queue_name.clone()));
    let mut targets: Vec<_> =
        names.iter().map(|(slug, name)| (format!("agent {slug}"), name.clone())).collect();
    targets.push((queue.0, format!("{} (people, directly)", queue.1)));
    view! {
        <fieldset>
            <legend>"Where conversations go"</legend>
            <Field field="front_door" label="Front door" hint="The agent that takes the first message." wrong=form.wrong.into()>
                <Select
                    id="front_door"
                    value=form.of(|s| s.front_door.to_string())
                    options=Signal::stored(names)
                    on_change=form.typed(|s, v: String| if let Ok(slug) = v.parse() { s.front_door = slug })
                />
            </Field>
            <Field
                field="escalation"
                label="Escalation"
                hint="Where a conversation goes when a person is asked for or needed."
                wrong=form.wrong.into()
            >
                <Select
                    id="escalation"
                    value=form.of(|s| target::key(&s.escalation))
                    options=Signal::stored(targets)
                    on_change=form.typed(|s, v: String| if let Some(t) = target::parse(&v) { s.escalation = t })
                />
            </Field>
        </fieldset>
    }
}

#[component]
fn Queue(form: Form) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Waiting for a person"</legend>
            <Field field="queue_name" label="Name of the queue" hint="What visitors read while they wait." wrong=form.wrong.into()>
                <TextInput id="queue_name" value=form.of(|s| s.queue_name.clone()) on_input=form.typed(|s, v| s.queue_name = v)/>
            </Field>
            <Field
                field="queue_deadline_s"
                label="To be claimed within, in minutes"
                hint="After that the visitor is told what happens next, and can leave an e-mail address."
                wrong=form.wrong.into()
            >
                <Whole id="queue_deadline_s" value=form.of(|s| (s.queue_deadline_s / 60).to_string())
                    on_change=form.typed(|s, v| s.queue_deadline_s = saturated(v).saturating_mul(60))/>
            </Field>
            <Field
                field="lease_s"
                label="Given back after, in minutes"
                hint="When a person who owns a conversation is not there, and its visitor waits for so long, it goes back to the queue."
                wrong=form.wrong.into()
            >
                <Whole id="lease_s" value=form.of(|s| s.lease_s.div_ceil(60).to_string())
                    on_change=form.typed(|s, v| s.lease_s = saturated(v).saturating_mul(60))/>
            </Field>
        </fieldset>
    }
}

/// What can be told without asking the server.
fn check(s: &DeskSettings) -> Result<(), (String, String)> {
    let fail = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    if s.queue_name.trim().is_empty() {
        return fail("queue_name", "Give the queue a name.");
    }
    if s.queue_deadline_s == 0 {
        return fail(
            "queue_deadline_s",
            "A queued conversation needs a deadline of at least a minute.",
        );
    }
    if s.lease_s == 0 {
        return fail("lease_s", "Give people at least a minute.");
    }
    if s.opens_hour >= s.closes_hour || s.closes_hour > 24 {
        return fail("hours", "The desk must open before it closes, between 0 and 24.");
    }
    if s.refund_policy.approval_ttl_s == 0 {
        return fail("refund_policy", "An approval must stay open for at least a minute.");
    }
    Ok(())
}
