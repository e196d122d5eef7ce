//! The conditions of a rule, one editor for each kind.

use leptos::prelude::*;
use shared::{
    agent::Condition,
    brief::Sentiment,
    money::{Currency, Money},
};

use super::{
    super::super::{
        field::{Field, Select, listed},
        format, words,
    },
    editor::Editor,
};

/// The kinds of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words of the message.
    Text,
    /// What the message is read as.
    Intent,
    /// Something that is known.
    Fact,
    /// An amount in the message.
    Amount,
    /// How the visitor sounds.
    Sentiment,
    /// The message's language.
    Language,
    /// Whether people are there.
    Hours,
    /// Repeated failures.
    Failures,
}

const KINDS: [(Kind, &str, &str); 8] = [
    (Kind::Text, "text", "the message contains one of"),
    (Kind::Intent, "intent", "the message is read as the intent"),
    (Kind::Fact, "fact", "it is known that"),
    (Kind::Amount, "amount", "the message names an amount over"),
    (Kind::Sentiment, "sentiment", "the visitor sounds at least"),
    (Kind::Language, "language", "the message is in one of"),
    (Kind::Hours, "hours", "people are"),
    (Kind::Failures, "failures", "failures in a row are at least"),
];

/// The kind of a condition.
pub fn kind(condition: &Condition) -> Kind {
    match condition {
        Condition::Text { .. } => Kind::Text,
        Condition::Intent { .. } => Kind::Intent,
        Condition::Fact { .. } => Kind::Fact,
        Condition::Amount { .. } => Kind::Amount,
        Condition::Sentiment { .. } => Kind::Sentiment,
        Condition::Language { .. } => Kind::Language,
        Condition::Hours { .. } => Kind::Hours,
        Condition::Failures { .. } => Kind::Failures,
    }
}

/// What a new condition of a kind begins with.
pub fn sample(kind: Kind) -> Condition {
    match kind {
        Kind::Text => Condition::Text { any: vec!["…".to_owned()] },
        Kind::Intent => Condition::Intent { is: "refund_request".to_owned() },
        Kind::Fact => Condition::Fact { key: "order".to_owned(), equals: None },
        Kind::Amount => Condition::Amount { over: Money::new(10_000, Currency::EUR) },
        Kind::Sentiment => Condition::Sentiment { at_least: Sentiment::Upset },
        Kind::Language => Condition::Language { any: vec!["de".to_owned()] },
        Kind::Hours => Condition::Hours { open: true },
        Kind::Failures => Condition::Failures { at_least: 2 },
    }
}

/// A condition in words.
pub fn in_words(condition: &Condition) -> String {
    let of = kind(condition);
    let start = KINDS.iter().find(|k| k.0 == of).map_or("", |k| k.2);
    let rest = match condition {
        Condition::Text { any } | Condition::Language { any } => any.join(", "),
        Condition::Intent { is } => is.clone(),
        Condition::Fact { key, equals: Some(value) } => format!("{key} is {value}"),
        Condition::Fact { key, equals: None } => key.clone(),
        Condition::Amount { over } => over.to_string(),
        Condition::Sentiment { at_least } => words::sentiment(*at_least).to_lowercase(),
        Condition::Hours { open } => if *open { "there" } else { "away" }.to_owned(),
        Condition::Failures { at_least } => at_least.to_string(),
    };
    format!("{start} {rest}")
}

/// The conditions of rule `at`.
#[component]
pub fn Conditions(at: usize) -> impl IntoView {
    let editor = Editor::here();
    let count =
        Memo::new(move |_| editor.spec.with(|s| s.rules.get(at).map_or(0, |r| r.when.len())));
    let full = Memo::new(move |_| count.get() >= 10);
    let add = move |_| {
        editor.spec.update(|s| {
            if let Some(rule) = s.rules.get_mut(at) {
                rule.when.push(sample(Kind::Intent));
            }
        });
    };
    view! {
        <Field field=format!("rules[{at}].when") label="when" wrong=editor.wrong()>
            <For each=move || 0..count.get() key=|i| *i let:nth>
                <ConditionBox at=at nth=nth/>
            </For>
            <button type="button" class="button small" disabled=full on:click=add>
                "and …"
            </button>
        </Field>
    }
}

#[component]
fn ConditionBox(at: usize, nth: usize) -> impl IntoView {
    let place = Place { editor: Editor::here(), at, nth };
    let kind_now = Memo::new(move |_| place.get().as_ref().map(kind));
    let chosen = Signal::derive(move || {
        KINDS
            .iter()
            .find(|k| Some(k.0) == kind_now.get())
            .map_or_else(String::new, |k| k.1.to_owned())
    });
    let options: Vec<_> = KINDS.iter().map(|k| (k.1.to_owned(), k.2.to_owned())).collect();
    let choose = Callback::new(move |key: String| {
        if let Some(k) = KINDS.iter().find(|k| k.1 == key) {
            place.set(sample(k.0));
        }
    });
    view! {
        <div class="condition">
            <Select
                id=format!("kind-{at}-{nth}")
                label="Kind of condition"
                value=chosen
                options=Signal::stored(options)
                on_change=choose
            />
            {move || kind_now.get().map(|k| value_editor(place, k))}
            <button
                type="button"
                class="icon-button"
                aria-label="Remove this condition"
                on:click=move |_| place.remove()
            >
                "×"
            </button>
        </div>
    }
}

/// Where a condition stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    editor: Editor,
    at: usize,
    nth: usize,
}

impl Place {
    fn get(self) -> Option<Condition> {
        self.editor.spec.with(|s| s.rules.get(self.at)?.when.get(self.nth).cloned())
    }

    fn set(self, condition: Condition) {
        self.editor.spec.update(|s| {
            if let Some(c) = s.rules.get_mut(self.at).and_then(|r| r.when.get_mut(self.nth)) {
                *c = condition;
            }
        });
    }

    fn remove(self) {
        self.editor.spec.update(|s| {
            if let Some(rule) = s.rules.get_mut(self.at).filter(|r| self.nth < r.when.len()) {
                rule.when.remove(self.nth);
            }
        });
    }
}

fn value_editor(place: Place, kind: Kind) -> AnyView {
    let now = move || place.get();
    match kind {
        Kind::Text => typed(
            "Phrases, separated by commas",
            Signal::derive(move || match now() {
                Some(Condition::Text { any }) => any.join(", "),
                _ => String::new(),
            }),
            move |v| Some(Condition::Text { any: listed(&v) }),
            place,
        ),
        Kind::Language => typed(
            "Language tags, separated by commas",
            Signal::derive(move || match now() {
                Some(Condition::Language { any }) => any.join(", "),
                _ => String::new(),
            }),
            move |v| Some(Condition::Language { any: listed(&v) }),
            place,
        ),
        Kind::Intent => typed(
            "Intent",
            Signal::derive(move || match now() {
                Some(Condition::Intent { is }) => is,
                _ => String::new(),
            }),
            move |v| Some(Condition::Intent { is: v.trim().to_owned() }),
            place,
        ),
        Kind::Fact => typed(
            "Fact, or fact = value",
            Signal::derive(move || match now() {
                Some(Condition::Fact { key, equals: Some(value) }) => format!("{key} = {value}"),
                Some(Condition::Fact { key, equals: None }) => key,
                _ => String::new(),
            }),
            move |v| Some(fact(&v)),
            place,
        ),
        Kind::Amount => typed(
            "Amount, such as 100.00 EUR",
            Signal::derive(move || match now() {
                Some(Condition::Amount { over }) => over.to_string(),
                _ => String::new(),
            }),
            move |v| format::typed_amount(&v, Currency::EUR).map(|over| Condition::Amount { over }),
            place,
        ),
        Kind::Failures => typed(
            "Number of failures",
            Signal::derive(move || match now() {
                Some(Condition::Failures { at_least }) => at_least.to_string(),
                _ => String::new(),
            }),
            move |v| v.trim().parse().ok().map(|at_least| Condition::Failures { at_least }),
            place,
        ),
        Kind::Sentiment => choice(place, "Mood", &MOODS),
        Kind::Hours => choice(place, "Hours", &HOURS),
    }
}

const MOODS: [(Condition, &str); 4] = [
    (Condition::Sentiment { at_least: Sentiment::Positive }, "pleased"),
    (Condition::Sentiment { at_least: Sentiment::Neutral }, "neutral"),
    (Condition::Sentiment { at_least: Sentiment::Negative }, "displeased"),
    (Condition::Sentiment { at_least: Sentiment::Upset }, "upset"),
];

const HOURS: [(Condition, &str); 2] =
    [(Condition::Hours { open: true }, "there"), (Condition::Hours { open: false }, "away")];

/// A text box whose text is read when it is left; what cannot be read is put back.
fn typed(
    label: &'static str,
    value: Signal<String>,
    read: impl Fn(String) -> Option<Condition> + 'static,
    place: Place,
) -> AnyView {
    view! {
        <input
            type="text"
            aria-label=label
            placeholder=label
            prop:value=value
            on:change:target=move |ev| match read(ev.target().value()) {
                Some(condition) => place.set(condition),
                None => ev.target().set_value(&value.get_untracked()),
            }
        />
    }
    .into_any()
}

fn choice(place: Place, label: &'static str, all: &'static [(Condition, &'static str)]) -> AnyView {
    let value = Signal::derive(move || {
        let now = place.get();
        all.iter().find(|c| Some(&c.0) == now.as_ref()).map_or_else(String::new, |c| c.1.to_owned())
    });
    let options: Vec<_> = all.iter().map(|c| (c.1.to_owned(), c.1.to_owned())).collect();
    let choose = Callback::new(move |name: String| {
        if let Some(found) = all.iter().find(|c| c.1 == name) {
            place.set(found.0.clone());
        }
    });
    let id = format!("value-{}-{}", place.at, place.nth);
    view! { <Select id=id label=label value=value options=Signal::stored(options) on_change=choose/> }.into_any()
}

/// `key` or `key = value`.
fn fact(typed: &str) -> Condition {
    let (key, value) = typed.split_once('=').unwrap_or((typed, ""));
    let value = value.trim();
    Condition::Fact {
        key: key.trim().to_owned(),
        equals: (!value.is_empty()).then(|| value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_sample_and_words() {
        for (k, _, start) in KINDS {
            let condition = sample(k);
            assert_eq!(kind(&condition), k);
            assert!(in_words(&condition).starts_with(start));
            assert!(in_words(&condition).len() > start.len() + 1);
        }
    }

    #[test]
    fn typed_values() {
        let known = |key: &str, value: Option<&str>| Condition::Fact {
            key: key.into(),
            equals: value.map(Into::into),
        };
        assert_eq!(fact("order"), known("order", None));
        assert_eq!(fact(" plan = gold = best"), known("plan", Some("gold = best")));
    }
}
