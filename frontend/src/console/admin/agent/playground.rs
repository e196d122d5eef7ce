//! A conversation with the draft that touches nothing real, with everything Baton did in it.

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    api::{Playground, StartPlayground, TriedRules, TryMessage},
    id::{AgentSlug, Seq},
    limits::MESSAGE_CHARS,
    owner::Owner,
};

use super::{
    super::super::{
        field::Select,
        format,
        inbox::{ItemView, agents_in, fold, items, timeline},
        words,
    },
    editor::Editor,
    tried::TriedView,
};

/// The playground.
#[component]
pub fn PlaygroundPanel() -> impl IntoView {
    let editor = Editor::here();
    let game = RwSignal::new(None::<Playground>);
    let busy = RwSignal::new(false);
    let said = RwSignal::new(None::<String>);
    let tracing = RwSignal::new(false);
    let customer = RwSignal::new("cus_1".to_owned());
    // A visitor begins at the front door: an agent is tried with what has led to it.
    let begins = RwSignal::new(FRONT_DOOR.to_owned());
    // What was tried with an older draft says nothing about this one.
    let tried = StoredValue::new(0u32);
    let stale = Memo::new(move |_| {
        game.with(Option::is_some) && editor.answered.get() != tried.get_value()
    });
    let send = Callback::new(move |text: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        said.set(Some(text.clone()));
        let who = customer.get_untracked();
        let start = StartPlayground {
            agent: editor.slug(),
            front_door: begins.with_untracked(|b| b != FRONT_DOOR),
            customer: (!who.is_empty()).then_some(who),
        };
        tried.set_value(editor.answered.get_untracked());
        let (admin, known) =
            (editor.admin(), game.with_untracked(|g| g.as_ref().map(|g| g.id.clone())));
        spawn_local(async move {
            let id = match known {
                Some(id) => Ok(id),
                None => admin.start_playground(&start).await.map(|g| g.id),
            };
            let answer = match id {
                Ok(id) => admin.try_message(&id, &TryMessage { text }).await,
                Err(failure) => Err(failure),
            };
            busy.try_set(false);
            said.try_set(None);
            match answer {
                Ok(answer) => drop(game.try_set(Some(answer))),
                Err(failure) => editor.toasts().failed(&failure),
            }
        });
    });
    let customers = [
        ("cus_1", "Signed-in customer cus_1"),
        ("cus_2", "Signed-in customer cus_2"),
        ("", "Anonymous visitor"),
    ]
    .map(|(v, n)| (v.to_owned(), n.to_owned()));
    view! {
        <div class="playground">
            <div class="playground-head">
                <p class="hint">
                    "Talks to the saved draft. Its tools act on a copy of the demo shop; those of your own read, and change nothing."
                </p>
                <button
                    type="button"
                    class="button small"
                    disabled=move || game.with(Option::is_none) || busy.get()
                    on:click=move |_| game.set(None)
                >
                    "Start over"
                </button>
                <button
                    type="button"
                    class="button small"
                    aria-pressed=move || tracing.get().to_string()
                    disabled=move || game.with(Option::is_none)
                    on:click=move |_| tracing.update(|on| *on = !*on)
                >
                    {move || if tracing.get() { "Show the talk" } else { "Show the trace" }}
                </button>
            </div>
            <div class="playground-set">
                <Select
                    id="customer"
                    label="Who writes"
                    value=customer
                    options=Signal::stored(customers.to_vec())
                    on_change=Callback::new(move |v| { customer.set(v); game.set(None); })
                />
                <Select
                    id="begins"
                    label="Where it begins"
                    value=begins
                    options=Signal::derive(move || doors(editor))
                    on_change=Callback::new(move |v| { begins.set(v); game.set(None); })
                />
            </div>
            <Unsaved/>
            {move || {
                (stale.get() && !editor.is_changed())
                    .then(|| view! { <p class="banner">"The draft has changed since. Start over to try it."</p> })
            }}
            <Trace game=game said=said busy=busy tracing=tracing/>
            <Say on_send=send busy=busy/>
        </div>
    }
}

/// The value of "begins where visitors do".
const FRONT_DOOR: &str = "front door";

/// Where a try-out can begin.
fn doors(editor: Editor) -> Vec<(String, String)> {
    let name = editor.agent.with(|a| super::editor::current(a).name);
    vec![
        (FRONT_DOOR.to_owned(), "At the front door".to_owned()),
        ("agent".to_owned(), format!("At {name} directly")),
    ]
}

/// What stands on the page is not what is tried until it is saved.
#[component]
fn Unsaved() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let changed = Memo::new(move |_| editor.is_changed());
    move || {
        changed.get().then(|| {
            view! {
                <p class="banner with-button">
                    "Unsaved changes are not tried yet."
                    <button
                        type="button"
                        class="button small"
                        disabled=move || wrong.get().is_some() || editor.busy.get()
                        on:click=move |_| editor.save()
                    >
                        "Save draft"
                    </button>
                </p>
            }
        })
    }
}

#[component]
fn Trace(
    game: RwSignal<Option<Playground>>,
    said: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    tracing: RwSignal<bool>,
) -> impl IntoView {
    let editor = Editor::here();
    let scroll = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        game.track();
        said.track();
        tracing.track();
        gloo_timers::callback::Timeout::new(0, move || {
            if let Some(node) = scroll.try_get_untracked().flatten() {
                node.set_scroll_top(node.scroll_height());
            }
        })
        .forget();
    });
    let trace = move || {
        let shown =
            game.with(|g| g.as_ref().filter(|_| tracing.get()).map(|g| g.conversation.clone()));
        shown.map(|c| timeline(&fold(&c), &c.events))
    };
    let rows = move || {
        if tracing.get() {
            return Vec::new();
        }
        game.with(|g| g.as_ref().map(|g| items(&g.conversation.events)).unwrap_or_default())
    };
    view! {
        <div class="thread playground-thread" node_ref=scroll role="log" aria-label="Playground" tabindex="0">
            {move || {
                (game.with(Option::is_none) && said.with(Option::is_none))
                    .then(|| {
                        view! {
                            <p class="hint center">
                                "Write as a visitor would: “I was charged twice for order A1001”."
                            </p>
                        }
                    })
            }}
            {trace}
            <ol class="items">
                <For each=rows key=|i| (i.seq, i.last) let:item>
                    {
                        let tried = game.with_untracked(|g| g.as_ref().map(|g| tried_after(g, item.seq)));
                        view! {
                            <ItemView item=item explained=true/>
                            {tried.unwrap_or_default().into_iter().map(|t| view! { <TriedView tried=t/> }).collect_view()}
                        }
                    }
                </For>
                {move || said.get().map(|t| view! { <li class="item"><div class="message visitor pending"><p class="prose">{t}</p></div></li> })}
            </ol>
            {move || busy.get().then(|| view! { <p class="typing">"Working…"</p> })}
        </div>
        {move || game.with(|g| g.as_ref().and_then(|g| unheard(g, &editor.slug()))).map(|t| view! { <p class="banner">{t}</p> })}
        {move || game.with(|g| g.as_ref().map(summary)).map(|t| view! { <p class="hint playground-sum">{t}</p> })}
    }
}

/// How rules were held against the conversation as it was after event `seq`.
fn tried_after(game: &Playground, seq: Seq) -> Vec<TriedRules> {
    game.tried.iter().filter(|tried| tried.seq == seq).cloned().collect()
}

/// Says so if the agent that is tried never had the conversation, and who had it instead.
fn unheard(game: &Playground, tried: &AgentSlug) -> Option<String> {
    let held = agents_in(&game.conversation.events);
    if held.iter().any(|(slug, _)| slug == tried.as_str()) {
        return None;
    }
    let (_, last) = held.first()?;
    Some(format!(
        "{last} has kept this so far: nothing that was said called for the agent you edit. The \
         lines above say why. To hear it alone, begin at it directly."
    ))
}

/// Who owns the try-out now, and what it has used.
fn summary(game: &Playground) -> String {
    let state = fold(&game.conversation);
    let usage = state.usage;
    let owner = match &state.owner {
        Owner::Nobody => "nobody".to_owned(),
        owner => words::owner(owner),
    };
    format!(
        "Owner: {owner} · {} · {} tokens in, {} out · {} ms · cost {}",
        words::plural(usize::try_from(usage.steps).unwrap_or(usize::MAX), "step"),
        format::count(usage.tokens_in),
        format::count(usage.tokens_out),
        usage.took_ms,
        format::cost(usage.cost_micros),
    )
}

#[component]
fn Say(on_send: Callback<String>, busy: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        let text = input.value().trim().to_owned();
        if !text.is_empty() && !busy.get_untracked() {
            input.set_value("");
            on_send.run(text);
        }
    };
    view! {
        <form class="say" on:submit=submit>
            <input
                type="text"
                aria-label="What the visitor says"
                placeholder="Write as a visitor"
                maxlength=MESSAGE_CHARS
                autocomplete="off"
                node_ref=input
            />
            <button type="submit" class="button primary" disabled=move || busy.get()>"Send"</button>
        </form>
    }
}
