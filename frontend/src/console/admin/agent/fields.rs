//! Who the agent is, what it may do, and how much it may spend.

use leptos::prelude::*;
use shared::{
    agent::{AgentSpec, Target},
    api::ToolInfo,
    event::Effect,
};

use super::{
    super::super::{
        client::{Admin, ArticleFilter},
        field::{Field, TextArea, TextInput, Whole, saturated},
        load::{Loader, loaded},
        words,
    },
    editor::Editor,
};

/// Everything but rules and examples.
#[component]
pub fn Fields() -> impl IntoView {
    view! {
        <Identity/>
        <Speech/>
        <Tools/>
        <Collections/>
        <Targets/>
        <Limits/>
    }
}

#[component]
fn Identity() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    view! {
        <fieldset>
            <legend>"Who it is"</legend>
            <Field field="name" label="Name" hint="What visitors read." wrong=wrong>
                <TextInput id="name" value=editor.text(|s| s.name.clone()) on_input=editor.typed(|s, v| s.name = v)/>
            </Field>
            <Field
                field="purpose"
                label="Purpose"
                hint="What it is for, in a sentence. Other agents choose it by this."
                wrong=wrong
            >
                <TextArea
                    id="purpose"
                    rows=2
                    value=editor.text(|s| s.purpose.clone())
                    on_input=editor.typed(|s, v| s.purpose = v)
                />
            </Field>
        </fieldset>
    }
}

#[component]
fn Speech() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    view! {
        <fieldset>
            <legend>"How it speaks"</legend>
            <super::model::Model/>
            <Field
                field="instructions"
                label="Instructions"
                hint="An LLM follows these. The built-in brain does not read prose: it works from the opening, the rules and the examples below."
                wrong=wrong
            >
                <TextArea
                    id="instructions"
                    rows=9
                    value=editor.text(|s| s.instructions.clone())
                    on_input=editor.typed(|s, v| s.instructions = v)
                />
            </Field>
            <Field
                field="opening"
                label="Opening"
                hint="What it says first when it is greeted or takes over. Any brain says this as it stands."
                wrong=wrong
            >
                <TextArea
                    id="opening"
                    rows=2
                    value=editor.text(|s| s.opening.clone())
                    on_input=editor.typed(|s, v| s.opening = v)
                />
            </Field>
        </fieldset>
    }
}

#[component]
fn Tools() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let tools = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.tools().await }
    });
    view! {
        <fieldset>
            <legend>"Tools"</legend>
            <p class="hint">"What it can do besides talking. A tool that changes something still passes the desk's policy."</p>
            {loaded(tools, |list| {
                list.tools.into_iter().map(|tool| view! { <ToolBox tool=tool/> }).collect_view()
            })}
        </fieldset>
    }
}

#[component]
fn ToolBox(tool: ToolInfo) -> impl IntoView {
    let editor = Editor::here();
    let (name, own) = (tool.name.clone(), tool.name.clone());
    let has = move || editor.spec.with(|s| s.tools.contains(&own));
    let switch =
        editor.typed(move |s: &mut AgentSpec, on: bool| toggle(&mut s.tools, name.clone(), on));
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=has on:change:target=move |ev| switch.run(ev.target().checked())/>
            <span>
                <strong>{words::title(&tool.name)}</strong> <code class="hint">{tool.name}</code>
                <span class="chip" class:approval=tool.effect == Effect::Write>{words::effect(tool.effect)}</span>
                {tool.needs_verified.then(|| view! { <span class="chip">"verified visitors"</span> })}
                <span class="hint block">{tool.description}</span>
            </span>
        </label>
    }
}

/// The collections that the agent may answer from; all of them while none is chosen.
#[component]
fn Collections() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let admin = editor.admin();
    let known = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.articles(&ArticleFilter::default(), None).await }
    });
    view! {
        <fieldset>
            <legend>"Knowledge"</legend>
            <Field
                field="collections"
                label=""
                hint="The collections that it may answer from. None chosen: all of them, also those to come."
                wrong=wrong
            />
            {loaded(known, move |list| {
                let mut names: Vec<String> = list.collections.into_iter().map(|it| it.name).collect();
                // One that has no article any more can still be taken away.
                let chosen = editor.spec.with_untracked(|s| s.collections.clone());
                names.extend(chosen.into_iter().filter(|it| !names.contains(it)).collect::<Vec<_>>());
                names.into_iter().map(|name| view! { <CollectionBox name=name/> }).collect_view()
            })}
        </fieldset>
    }
}

#[component]
fn CollectionBox(name: String) -> impl IntoView {
    let editor = Editor::here();
    let (own, shown) = (name.clone(), name.clone());
    let has = move || editor.spec.with(|s| s.collections.contains(&own));
    let switch = editor
        .typed(move |s: &mut AgentSpec, on: bool| toggle(&mut s.collections, name.clone(), on));
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=has on:change:target=move |ev| switch.run(ev.target().checked())/>
            <span>{shown}</span>
        </label>
    }
}

#[component]
fn Targets() -> impl IntoView {
    let targets = known_targets();
    view! {
        <fieldset>
            <legend>"Hands over to"</legend>
            <p class="hint">"Only these, by its own choice or by a rule."</p>
            {move || targets.get().into_iter().map(|(target, name)| view! { <TargetBox target=target name=name/> }).collect_view()}
        </fieldset>
    }
}

#[component]
fn TargetBox(target: Target, name: String) -> impl IntoView {
    let editor = Editor::here();
    let own = target.clone();
    let has = move || editor.spec.with(|s| s.targets.contains(&own));
    let switch =
        editor.typed(move |s: &mut AgentSpec, on: bool| toggle(&mut s.targets, target.clone(), on));
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=has on:change:target=move |ev| switch.run(ev.target().checked())/>
            <span>{name}</span>
        </label>
    }
}

#[component]
fn Limits() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let threshold = editor.text(|s| format!("{:.2}", s.confidence_threshold));
    view! {
        <fieldset>
            <legend>"Limits"</legend>
            <Field
                field="confidence_threshold"
                label="Confidence threshold"
                hint="Below this the reading of a message is not trusted and the conversation goes to a person. 0.70 unless there is a reason."
                wrong=wrong
            >
                <div class="range">
                    <input
                        id="confidence_threshold"
                        type="range"
                        min="0"
                        max="1"
                        step="0.01"
                        prop:value=threshold
                        on:input:target=move |ev| {
                            if let Ok(value) = ev.target().value().parse() {
                                editor.spec.update(|s| s.confidence_threshold = value);
                            }
                        }
                    />
                    <output>{threshold}</output>
                </div>
            </Field>
            <div class="row">
                <Field field="budgets.steps" label="Steps a turn">
                    <Whole id="budgets.steps" value=editor.text(|s| s.budgets.steps.to_string())
                        on_change=editor.typed(|s, v| s.budgets.steps = saturated(v))/>
                </Field>
                <Field field="budgets.handoffs" label="Handoffs a turn">
                    <Whole id="budgets.handoffs" value=editor.text(|s| s.budgets.handoffs.to_string())
                        on_change=editor.typed(|s, v| s.budgets.handoffs = saturated(v))/>
                </Field>
                <Field field="budgets.tokens" label="Tokens a conversation">
                    <Whole id="budgets.tokens" value=editor.text(|s| s.budgets.tokens.to_string())
                        on_change=editor.typed(|s, v| s.budgets.tokens = v)/>
                </Field>
            </div>
            <Field field="budgets" label="" hint="When a budget is reached a person takes over, with the brief." wrong=wrong/>
        </fieldset>
    }
}

/// Every agent but this one, the desk's queues, and what the agent has already.
pub fn known_targets() -> Signal<Vec<(Target, String)>> {
    let editor = Editor::here();
    let (agents_of, desk_of) = (editor.admin(), editor.admin());
    let agents = Loader::new(move || {
        let admin = agents_of.clone();
        async move { admin.desk().agents().await }
    });
    let desk = Loader::new(move || {
        let admin = desk_of.clone();
        async move { admin.settings().await }
    });
    Signal::derive(move || {
        let own = editor.slug();
        let mut found: Vec<(Target, String)> = Vec::new();
        for agent in agents.ready().map(|a| a.agents).unwrap_or_default() {
            if agent.slug != own {
                let name = super::editor::current(&agent).name;
                found.push((Target::Agent { slug: agent.slug }, name));
            }
        }
        if let Some(desk) = desk.ready() {
            for queue in desk.queues {
                found
                    .push((Target::Queue { slug: queue.slug }, format!("{} (people)", queue.name)));
            }
        }
        for target in editor.spec.with(|s| s.targets.clone()) {
            if !found.iter().any(|(t, _)| *t == target) {
                let name = target_words(&target);
                found.push((target, name));
            }
        }
        found
    })
}

/// A target, by its short name.
pub fn target_words(target: &Target) -> String {
    match target {
        Target::Agent { slug } => slug.to_string(),
        Target::Queue { slug } => format!("{slug} (people)"),
    }
}

fn toggle<T: PartialEq>(list: &mut Vec<T>, value: T, on: bool) {
    list.retain(|v| *v != value);
    if on {
        list.push(value);
    }
}
