//! Trying a tool as it stands in its form.

use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use shared::{
    api::{SentRequest, TriedTool, TryTool},
    event::{Effect, Settlement},
};

use super::{
    super::{
        super::{
            client::Admin,
            field::{Field, TextArea, TextInput},
        },
        FormFault, placed,
    },
    draft::Draft,
};

/// Makes the request once, and shows what was sent and what came of it.
#[component]
pub fn Trial(draft: RwSignal<Draft>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let args = RwSignal::new(String::new());
    let customer = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let told = RwSignal::new(None::<TriedTool>);
    let typed = move |signal: RwSignal<String>| Callback::new(move |text| signal.set(text));
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let run = move |_| {
        told.set(None);
        let text = args.get_untracked();
        let text = if text.trim().is_empty() { "{}" } else { text.as_str() };
        let parsed = serde_json::from_str::<Value>(text);
        let args = match parsed {
            Ok(args) => args,
            Err(why) => {
                return wrong.set(Some(("args".to_owned(), format!("This is no JSON: {why}."))));
            }
        };
        let save = match draft.with_untracked(Draft::save) {
            Ok(save) => save,
            Err((_, why)) => return wrong.set(Some((String::new(), why))),
        };
        wrong.set(None);
        busy.set(true);
        let body = TryTool {
            save,
            args,
            customer: given(customer.get_untracked()),
            email: given(email.get_untracked()),
        };
        spawn_local(async move {
            let answer = admin.get_value().try_tool(&body).await;
            busy.try_set(false);
            match answer {
                Ok(tried) => drop(told.try_set(Some(tried))),
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    let writes = move || draft.with(|d| d.tool.effect == Effect::Write);
    view! {
        <fieldset class="trial-form">
            <legend>"Try it"</legend>
            {move || {
                writes().then(|| view! { <p class="banner">"This tool changes something, and trying it does so, too."</p> })
            }}
            <Field field="args" label="Arguments (JSON)" wrong=wrong.into()>
                <TextArea id="args" rows=3 placeholder="{ \"order\": \"A1001\" }" value=args on_input=typed(args)/>
            </Field>
            <div class="row">
                <Field field="customer" label="As customer" hint="As if the site had signed for them.">
                    <TextInput id="customer" value=customer on_input=typed(customer)/>
                </Field>
                <Field field="email" label="With the address">
                    <TextInput id="email" value=email on_input=typed(email)/>
                </Field>
            </div>
            <FormFault wrong=wrong fields=&["args"]/>
            <p class="buttons">
                <button type="button" class="button" disabled=busy on:click=run>
                    {move || if busy.get() { "Trying…" } else { "Try it" }}
                </button>
            </p>
            <div class="trial-told" role="status">{move || told.get().map(|tried| view! { <Told tried=tried/> })}</div>
        </fieldset>
    }
}

#[component]
fn Told(tried: TriedTool) -> impl IntoView {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let good = tried.settlement == Settlement::Ok;
    let head = match (tried.status, &tried.sent) {
        (Some(status), _) => format!("Answered {status} in {} ms", tried.took_ms),
        (None, Some(_)) => "No answer".to_owned(),
        (None, None) => "Nothing was sent".to_owned(),
    };
    view! {
        <p class:right=good class:wrong=!good>{head}</p>
        <h4>"What the agent learns"</h4>
        <pre class="code">{pretty(&tried.result)}</pre>
        {(!tried.facts.is_empty())
            .then(|| {
                let facts = tried.facts.iter().map(|(key, value)| view! { <li><code>{key.clone()}</code>" "{value.clone()}</li> });
                view! { <h4>"Kept as facts"</h4><ul>{facts.collect_view()}</ul> }
            })}
        {tried.sent.map(|sent| view! { <h4>"What was sent"</h4><pre class="code">{written(&sent)}</pre> })}
        {tried.answer.map(|answer| view! {
            <details>
                <summary>"The whole answer"</summary>
                <pre class="code">{answer}</pre>
            </details>
        })}
    }
}

/// A request as it goes over the wire, more or less.
fn written(sent: &SentRequest) -> String {
    let mut lines = vec![format!("{} {}", sent.method, sent.url)];
    lines.extend(sent.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    if let Some(body) = &sent.body {
        lines.extend([String::new(), body.clone()]);
    }
    lines.join("\n")
}
