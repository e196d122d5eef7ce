//! Form fields: a label, a hint, what is typed, and what is wrong with it.

use leptos::prelude::*;
use shared::{limits::PASSWORD_CHARS, money::Money};

use super::{format, price};

/// What is wrong with the form, and where: the field's name and what to do about it.
pub type Wrong = Signal<Option<(String, String)>>;

/// A label, a hint and what is wrong, around something to type into. `field` is the name by which
/// an error names it; `rules` also takes errors of `rules[2].name`.
#[component]
pub fn Field(
    /// Its name in errors; also the id of the input inside, unless `id` is given.
    #[prop(into)]
    field: String,
    /// The id of the input inside, for a form that stands on its page more than once.
    #[prop(into, optional)]
    id: Option<String>,
    /// What it is.
    #[prop(into)]
    label: String,
    /// What to know about it.
    #[prop(into, optional)]
    hint: String,
    /// What is wrong with the form.
    #[prop(optional)]
    wrong: Option<Wrong>,
    /// The input.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (id, name) = (id.unwrap_or_else(|| field.clone()), field);
    let own = name.clone();
    view! {
        <div class="field" class:is-wrong=move || said_of(wrong, &own).is_some()>
            <label for=id>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            {children.map(|c| c())}
            {move || said_of(wrong, &name).map(|text| view! { <p class="wrong" role="alert">{text}</p> })}
        </div>
    }
}

/// One line of text.
#[component]
pub fn TextInput(
    /// Its id.
    #[prop(into)]
    id: String,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// What was typed.
    on_input: Callback<String>,
    /// `text` unless said.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands there while it is empty.
    #[prop(into, optional)]
    placeholder: String,
    /// For the browser's memory.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What it is, where no label says so.
    #[prop(into, optional)]
    label: Option<String>,
) -> impl IntoView {
    view! {
        <input
            id=id.clone()
            name=id
            aria-label=label
            type=kind
            placeholder=placeholder
            autocomplete=autocomplete
            prop:value=move || value.get()
            on:input:target=move |ev| on_input.run(ev.target().value())
        />
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Its id.
    #[prop(into)]
    id: String,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// What was typed.
    on_input: Callback<String>,
    /// How many lines it shows.
    #[prop(default = 4)]
    rows: u32,
    /// What stands there while it is empty.
    #[prop(into, optional)]
    placeholder: String,
) -> impl IntoView {
    view! {
        <textarea
            id=id.clone()
            name=id
            rows=rows
            placeholder=placeholder
            prop:value=move || value.get()
            on:input:target=move |ev| on_input.run(ev.target().value())
        ></textarea>
    }
}

/// A whole number; what is none is put back when the box is left.
#[component]
pub fn Whole(
    /// Its id.
    #[prop(into)]
    id: String,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// What was typed.
    on_change: Callback<u64>,
) -> impl IntoView {
    let read = |typed: &str| typed.trim().parse().ok();
    view! { <Read id=id value=value read=read on_change=on_change kind="number" keyboard="numeric"/> }
}

/// An amount of money; what is none is put back when the box is left.
#[component]
pub fn Amount(
    /// Its id.
    #[prop(into)]
    id: String,
    /// The amount, whose currency is kept.
    #[prop(into)]
    value: Signal<Money>,
    /// What was typed.
    on_change: Callback<Money>,
) -> impl IntoView {
    let text = Signal::derive(move || value.get().to_string());
    let read = move |typed: &str| {
        let currency = value.get_untracked().currency;
        format::typed_amount(typed, currency).filter(|amount| amount.currency == currency)
    };
    view! { <Read id=id value=text read=read on_change=on_change kind="text" keyboard="decimal"/> }
}

/// What tokens cost, in millionths; what is no price is put back when the box is left.
#[component]
pub fn Price(
    /// Its id.
    #[prop(into)]
    id: String,
    /// The price, in millionths.
    #[prop(into)]
    value: Signal<u64>,
    /// What was typed.
    on_change: Callback<u64>,
) -> impl IntoView {
    let text = Signal::derive(move || price::write(value.get()));
    view! { <Read id=id value=text read=price::read on_change=on_change kind="text" keyboard="decimal"/> }
}

/// A box whose text means something, read when the box is left; what means nothing is put back.
#[component]
fn Read<T: 'static>(
    id: String,
    value: Signal<String>,
    read: impl Fn(&str) -> Option<T> + 'static,
    on_change: Callback<T>,
    kind: &'static str,
    keyboard: &'static str,
) -> impl IntoView {
    view! {
        <input
            id=id.clone()
            name=id
            type=kind
            min="0"
            inputmode=keyboard
            prop:value=value
            on:change:target=move |ev| {
                if let Some(meant) = read(&ev.target().value()) {
                    on_change.run(meant);
                }
                // As it is written here, whatever was typed.
                ev.target().set_value(&value.get_untracked());
            }
        />
    }
}

/// A password that is chosen anew.
#[component]
pub fn PasswordField(
    /// Its name in errors, and its id.
    field: &'static str,
    /// What it is.
    label: &'static str,
    /// What was typed.
    value: RwSignal<String>,
    /// What is wrong with the form.
    wrong: Wrong,
    /// What to know about it.
    #[prop(optional)]
    hint: &'static str,
    /// For the browser's memory.
    #[prop(default = "new-password")]
    autocomplete: &'static str,
) -> impl IntoView {
    view! {
        <Field field=field label=label hint=hint wrong=wrong>
            <TextInput
                id=field
                kind="password"
                autocomplete=autocomplete
                value=value
                on_input=Callback::new(move |v| value.set(v))
            />
        </Field>
    }
}

/// The end of a form in a dialog: leave it, or send it.
#[component]
pub fn FormFoot(
    /// What the button that sends it says.
    #[prop(into)]
    yes: String,
    /// Whether it is on its way.
    #[prop(into, optional)]
    busy: Signal<bool>,
    /// It has been dismissed.
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <footer class="dialog-foot">
            <button type="button" class="button" on:click=move |_| on_close.run(())>"Cancel"</button>
            <button type="submit" class="button primary" disabled=busy>{yes}</button>
        </footer>
    }
}

/// What is wrong with a password that was chosen, and at which field.
pub fn check_password(field: &str, password: &str) -> Result<(), (String, String)> {
    if password.chars().count() < PASSWORD_CHARS {
        let text = format!("Use at least {PASSWORD_CHARS} characters.");
        return Err((field.to_owned(), text));
    }
    Ok(())
}

/// The entries of a list that was typed, separated by commas or lines.
pub fn listed(typed: &str) -> Vec<String> {
    let parts = typed.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// What was typed, as far as it fits; the server says no to what is too much.
pub fn saturated(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A choice of a few; each has a value and a name.
#[component]
pub fn Select(
    /// Its id.
    #[prop(into)]
    id: String,
    /// The value that is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// What can be chosen.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// What was chosen.
    on_change: Callback<String>,
    /// What it is, where no label says so.
    #[prop(into, optional)]
    label: Option<String>,
) -> impl IntoView {
    view! {
        <select
            id=id.clone()
            name=id
            aria-label=label
            prop:value=move || value.get()
            on:change:target=move |ev| on_change.run(ev.target().value())
        >
            {move || {
                let chosen = value.get();
                let mut options = options.get();
                if !options.iter().any(|(v, _)| *v == chosen) {
                    options.insert(0, (chosen.clone(), chosen.clone()));
                }
                options
                    .into_iter()
                    .map(|(v, name)| {
                        let selected = v == chosen;
                        view! { <option value=v selected=selected>{name}</option> }
                    })
                    .collect_view()
            }}
        </select>
    }
}

/// Something that is on or off.
#[component]
pub fn Toggle(
    /// What it is.
    #[prop(into)]
    label: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Turns it.
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="toggle">
            <input
                type="checkbox"
                role="switch"
                prop:checked=move || on.get()
                on:change:target=move |ev| on_change.run(ev.target().checked())
            />
            <span class="toggle-track" aria-hidden="true"></span>
            <span>{move || label.get()}</span>
        </label>
    }
}

fn said_of(wrong: Option<Wrong>, field: &str) -> Option<String> {
    let (name, text) = wrong?.get()?;
    concerns(&name, field).then_some(text)
}

/// Whether an error at `name` belongs to `field` or to something inside it.
pub fn concerns(name: &str, field: &str) -> bool {
    name.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_typed() {
        assert_eq!(super::listed(" lawyer,, sue you \n court "), ["lawyer", "sue you", "court"]);
        assert!(super::listed(" , ").is_empty());
    }

    #[test]
    fn an_error_belongs_to_the_field_it_names() {
        let check = |name, field, belongs| assert_eq!(super::concerns(name, field), belongs);
        check("name", "name", true);
        check("rules[2].name", "rules", true);
        check("rules[2].name", "rules[2]", true);
        check("rules[2].name", "rules[2].name", true);
        check("rules[22].name", "rules[2]", false);
        check("names", "name", false);
        check("rules", "rules[1]", false);
    }
}
