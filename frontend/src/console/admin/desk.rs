//! What holds for the whole desk, outside any agent.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    agent::{DeskSettings, Target},
    api::Agents,
};

use super::{
    super::{
        client::Admin,
        clock::Clock,
        field::{Field, Select, TextInput},
        format,
        load::{Loader, loaded},
        nav::Nav,
        toast::Toasts,
    },
    FormFault, PageHead, placed,
};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

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
    fn text(self, of: fn(&DeskSettings) -> String) -> Signal<String> {
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
                fields=&["front_door", "escalation", "queue_name", "queue_deadline_s", "hours", "refund_policy"]
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
            <legend>"Ways"</legend>
            <Field field="front_door" label="Front door" hint="The agent that takes the first message." wrong=form.wrong.into()>
                <Select
                    id="front_door"
                    value=form.text(|s| s.front_door.to_string())
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
                    value=form.text(|s| target_key(&s.escalation))
                    options=Signal::stored(targets)
                    on_change=form.typed(|s, v: String| if let Some(t) = target(&v) { s.escalation = t })
                />
            </Field>
        </fieldset>
    }
}

#[component]
fn Queue(form: Form) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Queue"</legend>
            <Field field="queue_name" label="Name" hint="What visitors read while they wait for a person." wrong=form.wrong.into()>
                <TextInput id="queue_name" value=form.text(|s| s.queue_name.clone()) on_input=form.typed(|s, v| s.queue_name = v)/>
            </Field>
            <Field
                field="queue_deadline_s"
                label="Must be claimed within, in minutes"
                hint="After that the fallback takes over and the visitor is told."
                wrong=form.wrong.into()
            >
                <Whole id="queue_deadline_s" value=form.text(|s| (s.queue_deadline_s / 60).to_string())
                    on_change=form.typed(|s, v: u32| s.queue_deadline_s = v.saturating_mul(60))/>
            </Field>
        </fieldset>
    }
}

#[component]
fn Hours(form: Form) -> impl IntoView {
    let clock = Clock::here();
    let state = Memo::new(move |_| form.now.with(|s| s.is_open(clock.now())));
    let days = WEEKDAYS.iter().zip(0u8..).map(move |(name, day)| {
        let on = move || form.now.with(|s| s.open_weekdays.contains(&day));
        let switch = move |on: bool| {
            form.now.update(|s| {
                s.open_weekdays.retain(|d| *d != day);
                if on {
                    s.open_weekdays.push(day);
                    s.open_weekdays.sort_unstable();
                }
            });
        };
        view! {
            <label class="day-box">
                <input type="checkbox" prop:checked=on on:change:target=move |ev| switch(ev.target().checked())/>
                <span>{*name}</span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>"Hours"</legend>
            <p class="hint">
                {move || if state.get() { "By these hours people are there now." } else { "By these hours people are away now." }}
            </p>
            <Field field="hours" label="Days" wrong=form.wrong.into()>
                <div class="row days" role="group" aria-label="Days">{days.collect_view()}</div>
            </Field>
            <div class="row">
                <Field field="opens_hour" label="From, full hour">
                    <Whole id="opens_hour" value=form.text(|s| s.opens_hour.to_string())
                        on_change=form.typed(|s, v: u32| s.opens_hour = u8::try_from(v).unwrap_or(u8::MAX))/>
                </Field>
                <Field field="closes_hour" label="Until, full hour">
                    <Whole id="closes_hour" value=form.text(|s| s.closes_hour.to_string())
                        on_change=form.typed(|s, v: u32| s.closes_hour = u8::try_from(v).unwrap_or(u8::MAX))/>
                </Field>
                <Field field="utc_offset_minutes" label="Local time, minutes from UTC">
                    <input id="utc_offset_minutes" type="number" min="-720" max="840" step="15"
                        prop:value=form.text(|s| s.utc_offset_minutes.to_string())
                        on:change:target=move |ev| if let Ok(v) = ev.target().value().parse() {
                            form.now.update(|s| s.utc_offset_minutes = v);
                        }/>
                </Field>
            </div>
        </fieldset>
    }
}

#[component]
fn Refunds(form: Form) -> impl IntoView {
    let amount =
        move |text: Signal<String>, id: &'static str, write: fn(&mut DeskSettings, String)| {
            view! {
                <input id=id type="text" inputmode="decimal" prop:value=text
                    on:change:target=move |ev| form.now.update(|s| write(s, ev.target().value()))/>
            }
        };
    view! {
        <fieldset>
            <legend>"Refunds without a person"</legend>
            <p class="hint">"Above these totals a person approves. No agent and no model can get around them."</p>
            <Field field="refund_policy" label="" wrong=form.wrong.into()/>
            <div class="row">
                <Field field="per_order" label="For one order">
                    {amount(form.text(|s| s.refund_policy.per_order.to_string()), "per_order", |s, v| {
                        if let Some(m) = money(&v, s.refund_policy.per_order.currency) { s.refund_policy.per_order = m; }
                    })}
                </Field>
                <Field field="per_customer_day" label="For one customer and day">
                    {amount(form.text(|s| s.refund_policy.per_customer_day.to_string()), "per_customer_day", |s, v| {
                        if let Some(m) = money(&v, s.refund_policy.per_customer_day.currency) { s.refund_policy.per_customer_day = m; }
                    })}
                </Field>
            </div>
            <div class="row">
                <Field field="window_days" label="Possible within, in days of delivery">
                    <Whole id="window_days" value=form.text(|s| s.refund_policy.window_days.to_string())
                        on_change=form.typed(|s, v| s.refund_policy.window_days = v)/>
                </Field>
                <Field field="approval_ttl_s" label="An approval stays open, in minutes">
                    <Whole id="approval_ttl_s" value=form.text(|s| (s.refund_policy.approval_ttl_s / 60).to_string())
                        on_change=form.typed(|s, v: u32| s.refund_policy.approval_ttl_s = v.saturating_mul(60))/>
                </Field>
            </div>
        </fieldset>
    }
}

/// A whole number; what is none is put back when the box is left.
#[component]
fn Whole(id: &'static str, value: Signal<String>, on_change: Callback<u32>) -> impl IntoView {
    view! {
        <input
            id=id
            type="number"
            min="0"
            inputmode="numeric"
            prop:value=value
            on:change:target=move |ev| match ev.target().value().trim().parse() {
                Ok(number) => on_change.run(number),
                Err(_) => ev.target().set_value(&value.get_untracked()),
            }
        />
    }
}

/// `49.00` or `49.00 EUR`, in the currency that the policy has.
fn money(typed: &str, currency: shared::money::Currency) -> Option<shared::money::Money> {
    let number = typed.trim().trim_end_matches(currency.code()).trim();
    format::parse_amount(number, currency)
}

fn target_key(target: &Target) -> String {
    match target {
        Target::Agent { slug } => format!("agent {slug}"),
        Target::Queue { slug } => format!("queue {slug}"),
    }
}

fn target(key: &str) -> Option<Target> {
    let (kind, slug) = key.split_once(' ')?;
    match kind {
        "agent" => Some(Target::Agent { slug: slug.parse().ok()? }),
        "queue" => Some(Target::Queue { slug: slug.parse().ok()? }),
        _ => None,
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
    if s.opens_hour >= s.closes_hour || s.closes_hour > 24 {
        return fail("hours", "The desk must open before it closes, between 0 and 24.");
    }
    if s.refund_policy.approval_ttl_s == 0 {
        return fail("refund_policy", "An approval must stay open for at least a minute.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use shared::money::{Currency, Money};

    use super::*;

    #[test]
    fn targets_survive_the_choice() {
        for key in ["agent escalation", "queue support"] {
            assert_eq!(target(key).map(|t| target_key(&t)).as_deref(), Some(key));
        }
        for bad in ["", "agent", "agent a b", "staff x", "agent <x>"] {
            assert_eq!(target(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_typed_with_or_without_their_currency() {
        let eur = |minor| Some(Money::new(minor, Currency::EUR));
        assert_eq!(money("150", Currency::EUR), eur(15_000));
        assert_eq!(money(" 99.50 EUR ", Currency::EUR), eur(9_950));
        assert_eq!(money("99.50 USD", Currency::EUR), None);
        assert_eq!(money("-1", Currency::EUR), None);
    }
}
