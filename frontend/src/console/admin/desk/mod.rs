//! What holds for the whole desk, outside any agent.

mod guardrails;
mod hours;
mod models;
mod queues;
mod refunds;

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{agent::DeskSettings, api::Agents, queue::Queue};

use self::{
    guardrails::Guardrails, hours::Hours, models::Models, queues::Queues, refunds::Refunds,
};
use super::{
    super::{
        client::Admin,
        field::{Field, Select},
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
            <Queues form=form/>
            <Hours form=form/>
            <Refunds form=form/>
            <Guardrails form=form/>
            <Models form=form/>
            <FormFault
                wrong=form.wrong
                fields=&["front_door", "escalation", "queue", "queues", "lease_s", "hours", "refund_policy", "guardrails", "voice", "spend"]
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
    let agents: Vec<_> =
        names.iter().map(|(slug, name)| (format!("agent {slug}"), name.clone())).collect();
    let targets = Signal::derive(move || {
        let mut targets = agents.clone();
        form.now.with(|s| {
            let people =
                |q: &Queue| (format!("queue {}", q.slug), format!("{} (people, directly)", q.name));
            targets.extend(s.queues.iter().map(people));
        });
        targets
    });
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
                    options=targets
                    on_change=form.typed(|s, v: String| if let Some(t) = target::parse(&v) { s.escalation = t })
                />
            </Field>
        </fieldset>
    }
}

/// What can be told without asking the server.
fn check(s: &DeskSettings) -> Result<(), (String, String)> {
    let fail = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    if let Err(wrong) = s.check_queues() {
        return Err((wrong.field, wrong.message));
    }
    for (i, rail) in s.guardrails.iter().enumerate() {
        if let Err(wrong) = rail.validate() {
            return Err((format!("guardrails[{i}].{}", wrong.field), wrong.message));
        }
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
