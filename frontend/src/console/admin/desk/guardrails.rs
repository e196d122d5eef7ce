//! What nobody may say, whatever model speaks or is spoken to.

use leptos::prelude::*;
use shared::{
    agent::DeskSettings,
    guardrail::{Act, Guardrail, PersonalData, Place, Watch},
    limits::GUARDRAILS,
};

use super::{
    super::super::field::{Field, Select, TextInput, Wrong, listed},
    Form,
};

/// What is chosen, its key, and its words.
type Choice<T> = (T, &'static str, &'static str);

const PLACES: [Choice<Place>; 4] = [
    (Place::Message, "message", "what a visitor writes"),
    (Place::Answer, "answer", "what an agent answers"),
    (Place::Call, "call", "what an agent passes to a tool"),
    (Place::Handoff, "handoff", "what an agent hands over with"),
];

const WATCHES: [Choice<fn() -> Watch>; 6] = [
    (|| Watch::Injection, "injection", "orders to the model"),
    (|| Watch::PersonalData { any: vec![PersonalData::Card] }, "personal_data", "personal data"),
    (|| Watch::Phrases { any: vec!["…".to_owned()] }, "phrases", "one of the phrases"),
    (|| Watch::Pattern { regex: "…".to_owned() }, "pattern", "the pattern"),
    (|| Watch::Language { not: vec!["en".to_owned()] }, "language", "any language but"),
    (|| Watch::Length { over: 2_000 }, "length", "more characters than"),
];

const ACTS: [Choice<fn() -> Act>; 6] = [
    (|| Act::Record, "record", "only note it in the trace"),
    (|| Act::Distrust, "distrust", "let nothing change without a person"),
    (|| Act::Rewrite { with: String::new() }, "rewrite", "take it out"),
    (|| Act::Say { text: "I cannot help with this.".to_owned() }, "say", "say this instead"),
    (|| Act::Block, "block", "stop it, and tell the agent why"),
    (|| Act::Escalate, "escalate", "hand over to people"),
];

const DATA: [Choice<PersonalData>; 4] = [
    (PersonalData::Card, "card", "card numbers"),
    (PersonalData::Iban, "iban", "account numbers (IBAN)"),
    (PersonalData::Email, "email", "e-mail addresses"),
    (PersonalData::Phone, "phone", "phone numbers"),
];

fn watch_key(watch: &Watch) -> &'static str {
    match watch {
        Watch::Injection => "injection",
        Watch::PersonalData { .. } => "personal_data",
        Watch::Phrases { .. } => "phrases",
        Watch::Pattern { .. } => "pattern",
        Watch::Language { .. } => "language",
        Watch::Length { .. } => "length",
    }
}

fn act_key(act: &Act) -> &'static str {
    match act {
        Act::Record => "record",
        Act::Distrust => "distrust",
        Act::Rewrite { .. } => "rewrite",
        Act::Say { .. } => "say",
        Act::Block => "block",
        Act::Escalate => "escalate",
    }
}

/// The guardrails of the desk.
#[component]
pub fn Guardrails(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    let count = Memo::new(move |_| form.now.with(|s| s.guardrails.len()));
    let full = Memo::new(move |_| count.get() >= GUARDRAILS);
    view! {
        <fieldset>
            <legend>"Guardrails"</legend>
            <p class="hint">
                "Held in this order against what is said, whatever model speaks. What keeps people safe or brings them to a person goes before; what a guardrail did stands in the trace."
            </p>
            <Field field="guardrails" label="" wrong=only_whole(form)/>
            <For each=move || 0..count.get() key=|i| *i let:at>
                <Box at=At { form, at }/>
            </For>
            <p class="buttons">
                <button type="button" class="button" disabled=full on:click=move |_| form.now.update(add)>
                    "Add a guardrail"
                </button>
            </p>
        </fieldset>
    }
}

/// Where a guardrail stands.
#[derive(Debug, Clone, Copy)]
struct At {
    form: Form,
    at: usize,
}

impl At {
    fn read<T: Send + Sync + 'static>(
        self,
        of: impl Fn(&Guardrail) -> T + Send + Sync + 'static,
    ) -> Signal<Option<T>> {
        Signal::derive(move || self.form.now.with(|s| s.guardrails.get(self.at).map(&of)))
    }

    fn text(self, of: impl Fn(&Guardrail) -> String + Send + Sync + 'static) -> Signal<String> {
        let read = self.read(of);
        Signal::derive(move || read.get().unwrap_or_default())
    }

    fn write<T: 'static>(
        self,
        write: impl Fn(&mut Guardrail, T) + Send + Sync + 'static,
    ) -> Callback<T> {
        Callback::new(move |value| {
            self.form.now.update(|s| {
                if let Some(rail) = s.guardrails.get_mut(self.at) {
                    write(rail, value);
                }
            });
        })
    }

    fn id(self, field: &str) -> String {
        format!("guardrails[{}].{field}", self.at)
    }
}

#[component]
fn Box(at: At) -> impl IntoView {
    let name = at.text(|rail| rail.name.clone());
    let wrong = at.form.wrong.into();
    let places = PLACES.iter().map(|p| (p.1.to_owned(), p.2.to_owned())).collect();
    let place = at.text(|rail| {
        PLACES.iter().find(|p| p.0 == rail.at).map_or_else(String::new, |p| p.1.to_owned())
    });
    let move_to = at.write(|rail, key: String| {
        if let Some(found) = PLACES.iter().find(|p| p.1 == key) {
            rail.at = found.0;
            fit(rail);
        }
    });
    let remove = move |_| {
        at.form.now.update(|s| {
            if at.at < s.guardrails.len() {
                s.guardrails.remove(at.at);
            }
        });
    };
    view! {
        <div class="rule-box" role="group" aria-label=move || format!("Guardrail: {}", name.get())>
            <div class="row">
                <Field field=at.id("name") label="Name of the guardrail" wrong=wrong>
                    <TextInput id=at.id("name") value=name on_input=at.write(|rail, v| rail.name = v)/>
                </Field>
                <Field field=at.id("at") label="Look at" wrong=wrong>
                    <Select id=at.id("at") value=place options=Signal::stored(places) on_change=move_to/>
                </Field>
                <span class="buttons rule-buttons">
                    <button type="button" class="button small" on:click=remove>"Remove"</button>
                </span>
            </div>
            <div class="row">
                <Look at=at/>
                <Then at=at/>
            </div>
        </div>
    }
}

#[component]
fn Look(at: At) -> impl IntoView {
    let options = WATCHES.iter().map(|w| (w.1.to_owned(), w.2.to_owned())).collect();
    let kind = Memo::new(move |_| at.read(|rail| watch_key(&rail.when)).get().unwrap_or_default());
    let choose = at.write(|rail, key: String| {
        if let Some(found) = WATCHES.iter().find(|w| w.1 == key) {
            rail.when = found.0();
            fit(rail);
        }
    });
    view! {
        <Field field=at.id("when") label="For" wrong=at.form.wrong.into()>
            <Select id=at.id("when") value=Signal::derive(move || kind.get().to_owned()) options=Signal::stored(options) on_change=choose/>
            {move || match kind.get() {
                "phrases" | "language" => list(at, kind.get()).into_any(),
                "pattern" => view! {
                    <TextInput
                        id=at.id("pattern")
                        label="Regular expression"
                        value=at.text(|rail| if let Watch::Pattern { regex } = &rail.when { regex.clone() } else { String::new() })
                        on_input=at.write(|rail, regex| rail.when = Watch::Pattern { regex })
                    />
                }
                .into_any(),
                "length" => view! {
                    <TextInput
                        id=at.id("over")
                        label="Most characters"
                        value=at.text(|rail| if let Watch::Length { over } = &rail.when { over.to_string() } else { String::new() })
                        on_input=at.write(|rail, v: String| {
                            rail.when = Watch::Length { over: v.trim().parse().unwrap_or(0) };
                        })
                    />
                }
                .into_any(),
                "personal_data" => kinds(at).into_any(),
                _ => ().into_any(),
            }}
        </Field>
    }
}

/// A list of phrases or language tags, read when the box is left.
fn list(at: At, kind: &str) -> impl IntoView + use<> {
    let label = if kind == "language" {
        "Language tags, separated by commas"
    } else {
        "Phrases, separated by commas"
    };
    let value = at.text(|rail| match &rail.when {
        Watch::Phrases { any } | Watch::Language { not: any } => any.join(", "),
        _ => String::new(),
    });
    let typed = at.write(|rail, v: String| match &mut rail.when {
        Watch::Phrases { any } | Watch::Language { not: any } => *any = listed(&v),
        _ => {}
    });
    view! {
        <input type="text" aria-label=label placeholder=label prop:value=value
            on:change:target=move |ev| typed.run(ev.target().value())/>
    }
}

/// Which personal data is looked for.
fn kinds(at: At) -> impl IntoView {
    let boxes = DATA.map(|(kind, _, name)| {
        let has = at.read(
            move |rail| matches!(&rail.when, Watch::PersonalData { any } if any.contains(&kind)),
        );
        let set = at.write(move |rail, on: bool| {
            if let Watch::PersonalData { any } = &mut rail.when {
                any.retain(|other| *other != kind);
                if on {
                    any.push(kind);
                }
            }
        });
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || has.get().unwrap_or(false)
                    on:change:target=move |ev| set.run(ev.target().checked())/>
                <span>{name}</span>
            </label>
        }
    });
    view! { <div role="group" aria-label="Kinds of personal data">{boxes}</div> }
}

#[component]
fn Then(at: At) -> impl IntoView {
    let options = at.read(|rail| {
        let possible = ACTS.iter().filter(|act| can(rail, &act.0()));
        possible.map(|act| (act.1.to_owned(), act.2.to_owned())).collect::<Vec<_>>()
    });
    let kind = Memo::new(move |_| at.read(|rail| act_key(&rail.then)).get().unwrap_or_default());
    let choose = at.write(|rail, key: String| {
        if let Some(found) = ACTS.iter().find(|act| act.1 == key) {
            rail.then = found.0();
        }
    });
    let words = move || {
        at.text(|rail| match &rail.then {
            Act::Say { text } => text.clone(),
            Act::Rewrite { with } => with.clone(),
            _ => String::new(),
        })
    };
    let typed = move || {
        at.write(|rail, v: String| match &mut rail.then {
            Act::Say { text } => *text = v,
            Act::Rewrite { with } => *with = v,
            _ => {}
        })
    };
    view! {
        <Field field=at.id("then") label="Then" wrong=at.form.wrong.into()>
            <Select
                id=at.id("then")
                value=Signal::derive(move || kind.get().to_owned())
                options=Signal::derive(move || options.get().unwrap_or_default())
                on_change=choose
            />
            {move || match kind.get() {
                "say" => Some(view! { <TextInput id=at.id("say") label="What is said instead" value=words() on_input=typed()/> }),
                "rewrite" => Some(view! {
                    <TextInput id=at.id("with") label="What takes its place" placeholder="nothing: it is masked, or […]" value=words() on_input=typed()/>
                }),
                _ => None,
            }}
        </Field>
    }
}

fn can(rail: &Guardrail, act: &Act) -> bool {
    rail.at.allows(act) && (rail.when.has_place() || !matches!(act, Act::Rewrite { .. }))
}

/// What can no longer be done where it looks now, or about what it looks for, is only noted.
fn fit(rail: &mut Guardrail) {
    if !can(rail, &rail.then) {
        rail.then = Act::Record;
    }
}

fn add(settings: &mut DeskSettings) {
    settings.guardrails.push(Guardrail {
        name: format!("Guardrail {}", settings.guardrails.len() + 1),
        at: Place::Answer,
        when: Watch::Phrases { any: vec!["guarantee".to_owned()] },
        then: Act::Record,
        sites: Vec::new(),
    });
}

/// An error of the list as a whole, not of one guardrail in it.
fn only_whole(form: Form) -> Wrong {
    Signal::derive(move || form.wrong.get().filter(|(field, _)| field == "guardrails"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_makes_sense_where_it_is_offered() {
        for (place, ..) in PLACES {
            for (when, watch, _) in WATCHES {
                assert_eq!(watch_key(&when()), watch);
                for (then, act, _) in ACTS {
                    assert_eq!(act_key(&then()), act);
                    let name = "r".to_owned();
                    let sites = Vec::new();
                    let rail = Guardrail { name, at: place, when: when(), then: then(), sites };
                    assert_eq!(rail.validate().is_ok(), can(&rail, &rail.then), "{rail:?}");
                }
            }
        }
    }
}
