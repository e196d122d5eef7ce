//! The form of a tool.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::MadeTool,
    event,
    tool::{Asks, Encoding, Method},
};

use super::{
    super::{
        super::{
            client::Admin,
            field::{Field, Select, TextArea, TextInput, Toggle, Wrong},
            nav::Nav,
            toast::Toasts,
        },
        FormFault, placed,
    },
    draft::Draft,
    rows::{Arguments, Headers, Picks},
    trial::Trial,
};

/// The form of a tool: a new one, or one whose name stays.
#[component]
pub fn ToolForm(start: Draft, is_new: bool, on_saved: Callback<MadeTool>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let draft = RwSignal::new(start.clone());
    let start = RwSignal::new(start);
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let changed = Memo::new(move |_| draft.with(|d| start.with(|s| d != s)));
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let body = match draft.with_untracked(Draft::save) {
            Ok(body) => body,
            Err(fault) => return wrong.set(Some(fault)),
        };
        wrong.set(None);
        busy.set(true);
        spawn_local(async move {
            let answer = admin.get_value().save_tool(&body).await;
            busy.try_set(false);
            match answer {
                Ok(made) => {
                    nav.set_unsaved(false);
                    toasts.done("Saved. Choose it on the page of each agent that may use it.");
                    let now = Draft::made(&made);
                    start.try_set(now.clone());
                    draft.try_set(now);
                    on_saved.try_run(made);
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    view! {
        <form class="form" on:submit=save novalidate>
            <What draft=draft wrong=wrong.into() is_new=is_new/>
            <Arguments draft=draft wrong=wrong.into()/>
            <Request draft=draft wrong=wrong.into()/>
            <Headers draft=draft wrong=wrong.into() field="headers" list=|d: &mut Draft| &mut d.headers/>
            <Picks draft=draft wrong=wrong.into()/>
            <Rules draft=draft wrong=wrong.into()/>
            <FormFault
                wrong=wrong
                fields=&["name", "purpose", "label", "effect", "parameters", "url", "body", "headers", "result", "timeout_s", "idempotency_header"]
            />
            <p class="buttons">
                <button type="submit" class="button primary" disabled=move || busy.get() || !(changed.get() || is_new)>
                    {if is_new { "Add the tool" } else { "Save" }}
                </button>
            </p>
        </form>
        <Trial draft=draft/>
    }
}

fn read(draft: RwSignal<Draft>, of: fn(&Draft) -> String) -> Signal<String> {
    Signal::derive(move || draft.with(of))
}

fn typed(draft: RwSignal<Draft>, set: fn(&mut Draft, String)) -> Callback<String> {
    Callback::new(move |text| draft.update(|d| set(d, text)))
}

/// What it is.
#[component]
fn What(draft: RwSignal<Draft>, wrong: Wrong, is_new: bool) -> impl IntoView {
    view! {
        {is_new
            .then(|| {
                view! {
                    <Field field="name" label="Short name" hint="What agents call it, such as track_parcel. It stays." wrong=wrong>
                        <TextInput id="name" placeholder="track_parcel" value=read(draft, |d| d.tool.name.clone()) on_input=typed(draft, |d, v| d.tool.name = v)/>
                    </Field>
                }
            })}
        <Field field="purpose" label="What it is for" hint="The agent decides by this when to use it." wrong=wrong>
            <TextArea id="purpose" rows=2 placeholder="Says where a parcel is and when it will arrive." value=read(draft, |d| d.tool.purpose.clone()) on_input=typed(draft, |d, v| d.tool.purpose = v)/>
        </Field>
        <Field field="label" label="What the visitor reads meanwhile" wrong=wrong>
            <TextInput id="label" placeholder="Looking for your parcel" value=read(draft, |d| d.tool.label.clone()) on_input=typed(draft, |d, v| d.tool.label = v)/>
        </Field>
    }
}

/// What is sent where.
#[component]
fn Request(draft: RwSignal<Draft>, wrong: Wrong) -> impl IntoView {
    let methods = Method::ALL.map(|m| (m.as_str().to_owned(), m.as_str().to_owned())).to_vec();
    let choose = Callback::new(move |chosen: String| {
        if let Some(method) = Method::ALL.into_iter().find(|m| m.as_str() == chosen) {
            draft.update(|d| d.tool.method = method);
        }
    });
    let has_body =
        Memo::new(move |_| draft.with(|d| d.tool.method != Method::Get || !d.body.is_empty()));
    let kinds = [("json", "JSON"), ("form", "A form")];
    let kinds = kinds.map(|(k, name)| (k.to_owned(), name.to_owned())).to_vec();
    let encode = Callback::new(move |chosen: String| {
        let encoding = if chosen == "form" { Encoding::Form } else { Encoding::Json };
        draft.update(|d| d.encoding = encoding);
    });
    let encoding = read(draft, |d| match d.encoding {
        Encoding::Json => "json".to_owned(),
        Encoding::Form => "form".to_owned(),
    });
    view! {
        <fieldset>
            <legend>"Request"</legend>
            <p class="hint">
                "Put arguments in braces: {order}. What Baton knows by itself, and no agent can make up: {visitor.customer} and {visitor.email} (as the site has signed), {visitor.id}, {conversation.id}, {call.id}."
            </p>
            <div class="row">
                <Field field="method" label="Method">
                    <Select id="method" value=read(draft, |d| d.tool.method.as_str().to_owned()) options=Signal::stored(methods) on_change=choose/>
                </Field>
                <Field field="url" label="Address" wrong=wrong>
                    <TextInput id="url" placeholder="https://shop.example/orders/{order}" value=read(draft, |d| d.tool.url.clone()) on_input=typed(draft, |d, v| d.tool.url = v)/>
                </Field>
            </div>
            {move || {
                let (kinds, on_change) = (kinds.clone(), encode);
                has_body
                    .get()
                    .then(|| {
                        view! {
                            <Field field="encoding" label="Sent along as">
                                <Select id="encoding" value=encoding options=Signal::stored(kinds) on_change=on_change/>
                            </Field>
                            <Field field="body" label="What is sent along" hint="JSON, with arguments in braces. Nothing, if it is empty." wrong=wrong>
                                <TextArea id="body" rows=5 placeholder="{ \"note\": \"{note}\" }" value=read(draft, |d| d.body.clone()) on_input=typed(draft, |d, v| d.body = v)/>
                            </Field>
                        }
                    })
            }}
        </fieldset>
    }
}

/// What holds for it, whatever an agent thinks.
#[component]
fn Rules(draft: RwSignal<Draft>, wrong: Wrong) -> impl IntoView {
    let effects = [("read", "It only reads"), ("write", "It changes something")];
    let effects = effects.map(|(k, name)| (k.to_owned(), name.to_owned())).to_vec();
    let effect = read(draft, |d| {
        if d.tool.effect == event::Effect::Write { "write" } else { "read" }.to_owned()
    });
    let set_effect = Callback::new(move |chosen: String| {
        let effect = if chosen == "write" { event::Effect::Write } else { event::Effect::Read };
        draft.update(|d| d.tool.effect = effect);
    });
    let writes = Memo::new(move |_| draft.with(|d| d.tool.effect == event::Effect::Write));
    let asks = Signal::derive(move || draft.with(|d| d.tool.asks == Asks::Always));
    let set_asks = Callback::new(move |on| {
        draft.update(|d| d.tool.asks = if on { Asks::Always } else { Asks::WhenInDoubt });
    });
    let verified = Signal::derive(move || draft.with(|d| d.tool.needs_verified));
    let set_verified = Callback::new(move |on| draft.update(|d| d.tool.needs_verified = on));
    let trusted = Signal::derive(move || draft.with(|d| d.tool.trusted));
    let set_trusted = Callback::new(move |on| draft.update(|d| d.tool.trusted = on));
    view! {
        <fieldset>
            <legend>"Rules"</legend>
            <Field field="effect" label="Effect" wrong=wrong>
                <Select id="effect" value=effect options=Signal::stored(effects) on_change=set_effect/>
            </Field>
            {move || {
                writes
                    .get()
                    .then(|| {
                        view! {
                            <Toggle label="A person approves each call" on=asks on_change=set_asks/>
                            <Field field="idempotency_header" label="Header for repeated calls" hint="By it the system knows a call again and does nothing twice, such as Idempotency-Key. Without one, a call that was interrupted is not made again; a person is told." wrong=wrong>
                                <TextInput id="idempotency_header" value=read(draft, |d| d.idempotency.clone()) on_input=typed(draft, |d, v| d.idempotency = v)/>
                            </Field>
                        }
                    })
            }}
            <Toggle label="Only for visitors for whom the site has signed" on=verified on_change=set_verified/>
            <Toggle label="Its answers hold no text of strangers" on=trusted on_change=set_trusted/>
            <p class="hint">"After text of strangers, whatever changes something waits for a person."</p>
            <Field field="timeout_s" label="Longest wait, in seconds" wrong=wrong>
                <TextInput id="timeout_s" value=read(draft, |d| d.timeout.clone()) on_input=typed(draft, |d, v| d.timeout = v)/>
            </Field>
        </fieldset>
    }
}
