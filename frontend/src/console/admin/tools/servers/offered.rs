//! What an MCP server offers. Every text of it is a stranger's, and is shown as one.

use leptos::prelude::*;
use serde_json::Value;
use shared::{
    api::{McpLook, OfferState, OfferedTool},
    tool::mcp::McpTool,
};

use super::{
    draft::{Draft, careful, renewed},
    rules::Rules,
};

/// How much of a description stands in the list, in characters.
const BEGINNING: usize = 160;

/// What a server offers, or why it does not answer.
#[component]
pub fn Offered(draft: RwSignal<Draft>, look: McpLook) -> impl IntoView {
    let McpLook { problem, title, protocol, tools, gone, notes, took_ms } = look;
    if let Some(problem) = problem {
        return view! { <p class="banner fault">{format!("It does not work: {problem}.")}</p> }
            .into_any();
    }
    let count = tools.len();
    let open = RwSignal::new(None::<String>);
    let lines = tools.into_iter().map(|offer| view! { <Offer draft=draft offer=offer open=open/> });
    let lines = lines.collect_view();
    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
    let gone = gone.into_iter().map(|name| view! { <Gone draft=draft name=name/> }).collect_view();
    view! {
        <p class="right">
            {format!("It answers, in {took_ms} ms: {} (MCP {}).", title.unwrap_or_default(), protocol.unwrap_or_default())}
        </p>
        <ul>{notes}</ul>
        <h3>{format!("It offers {count} tools")}</h3>
        <p class="hint">"None is used before you choose it. Choose those that your agents need, and no others."</p>
        {gone}
        <ul class="trials">{lines}</ul>
    }
    .into_any()
}

fn chosen(draft: RwSignal<Draft>, tool: &str) -> Option<McpTool> {
    draft.with(|d| d.tools.iter().find(|chosen| chosen.tool == tool).cloned())
}

/// One tool: a line, and all of it once it is opened.
#[component]
fn Offer(
    draft: RwSignal<Draft>,
    offer: OfferedTool,
    open: RwSignal<Option<String>>,
) -> impl IntoView {
    let offer = StoredValue::new(offer);
    let tool = offer.with_value(|offer| offer.tool.clone());
    let name = offer.with_value(|offer| offer.name.clone());
    let unfit = offer.with_value(|offer| offer.unfit.clone());
    let said: String =
        offer.with_value(|offer| offer.description.chars().take(BEGINNING).collect());
    let state = Memo::new(move |_| {
        offer.with_value(|offer| match chosen(draft, &offer.tool) {
            None => OfferState::New,
            Some(tool) if tool.seen == offer.seen => OfferState::Same,
            Some(_) => OfferState::Changed,
        })
    });
    let chip = move || match state.get() {
        OfferState::New => None,
        OfferState::Same => Some(view! { <span class="chip good">"Chosen"</span> }),
        OfferState::Changed => {
            Some(view! { <span class="chip approval">"Changed: held back"</span> })
        }
    };
    let own = tool.clone();
    let is_open = Memo::new(move |_| open.get().as_ref() == Some(&own));
    let toggle = move |_| open.set((!is_open.get_untracked()).then(|| tool.clone()));
    let can = unfit.is_none();
    view! {
        <li class="trial">
            <code>{name.clone()}</code>
            <span class="hint">{unfit.unwrap_or(said)}</span>
            <span class="buttons">
                {chip}
                {can.then(|| view! {
                    <button type="button" class="button small" aria-label=format!("Look at {name}") on:click=toggle>
                        {move || if is_open.get() { "Close it" } else { "Look at it" }}
                    </button>
                })}
            </span>
            {move || {
                is_open.get().then(|| offer.with_value(|offer| view! { <Whole draft=draft offer=offer.clone() state=state/> }))
            }}
        </li>
    }
}

/// All that a server says of a tool, and what an administrator says of it.
#[component]
fn Whole(draft: RwSignal<Draft>, offer: OfferedTool, state: Memo<OfferState>) -> impl IntoView {
    let said = offer.description.clone();
    let schema = pretty(&offer.schema);
    let hints = (!offer.hints.is_empty()).then(|| offer.hints.join(", "));
    let unchecked = (!offer.unchecked.is_empty()).then(|| offer.unchecked.join(", "));
    let own = offer.tool.clone();
    let offer = StoredValue::new(offer);
    let choose = move |_| {
        draft.update(|d| {
            offer.with_value(|offer| {
                let chosen = d.tools.iter_mut().find(|chosen| chosen.tool == offer.tool);
                if let Some(tool) = chosen {
                    *tool = renewed(tool.clone(), offer);
                    return;
                }
                let mut tool = careful(offer);
                if tool.purpose.is_empty() {
                    tool.purpose.clone_from(&tool.tool);
                }
                d.tools.push(tool);
            });
        });
    };
    let drop_it = move |_| {
        draft.update(|d| offer.with_value(|offer| d.tools.retain(|t| t.tool != offer.tool)));
    };
    let at =
        Memo::new(move |_| draft.with(|d| d.tools.iter().position(|chosen| chosen.tool == own)));
    view! {
        <div class="rule-box trial-told">
            <h4>"What the server says of it"</h4>
            <pre class="code">{said}</pre>
            {hints.map(|hints| view! { <p class="hint">{format!("It also says: {hints}. Nothing follows from that.")}</p> })}
            <details>
                <summary>"Its arguments"</summary>
                <pre class="code">{schema}</pre>
            </details>
            {unchecked.map(|words| view! { <p class="hint">{format!("Baton does not check of them: {words}. The server may.")}</p> })}
            {move || match state.get() {
                OfferState::New => view! {
                    <p class="buttons"><button type="button" class="button primary" on:click=choose>"Choose it"</button></p>
                }
                .into_any(),
                OfferState::Changed => view! {
                    <p class="banner">"The server says something else of it than when it was chosen. It is held back until you take it as it is now."</p>
                    <p class="buttons">
                        <button type="button" class="button primary" on:click=choose>"Take it as it is now"</button>
                        <button type="button" class="button" on:click=drop_it>"Do not use it"</button>
                    </p>
                }
                .into_any(),
                OfferState::Same => view! {
                    {move || at.get().map(|at| view! { <Rules draft=draft at=at/> })}
                    <p class="buttons"><button type="button" class="button" on:click=drop_it>"Do not use it"</button></p>
                }
                .into_any(),
            }}
        </div>
    }
}

/// A chosen tool that the server does not offer any more.
#[component]
fn Gone(draft: RwSignal<Draft>, name: String) -> impl IntoView {
    let own = name.clone();
    let is_there = Memo::new(move |_| draft.with(|d| d.tools.iter().any(|tool| tool.name == own)));
    let text = format!("{name} is chosen, but the server does not offer it any more.");
    let name = StoredValue::new(name);
    let drop_it = move |_| draft.update(|d| d.tools.retain(|tool| tool.name != name.get_value()));
    move || {
        is_there.get().then(|| {
            view! {
                <p class="banner">
                    {text.clone()}
                    <button type="button" class="button small" on:click=drop_it>"Do not use it"</button>
                </p>
            }
        })
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
