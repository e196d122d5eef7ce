//! The rules of an agent: when to hand off, whatever the brain thinks.

use leptos::prelude::*;
use shared::{
    agent::{Rule, Target},
    limits::RULES,
};

use super::{
    super::{
        super::field::{Field, Select, TextInput},
        target::key,
    },
    conditions::{Conditions, Kind, sample},
    editor::Editor,
    fields::known_targets,
};

/// The rules.
#[component]
pub fn Rules() -> impl IntoView {
    let editor = Editor::here();
    let targets = known_targets();
    let count = Memo::new(move |_| editor.spec.with(|s| s.rules.len()));
    let add = move |_| {
        editor.spec.update(|s| {
            let Some(then) = s.targets.first().cloned() else { return };
            let when = vec![sample(Kind::Text)];
            s.rules.push(Rule { name: format!("Rule {}", s.rules.len() + 1), when, then });
        });
    };
    let no_target = Memo::new(move |_| editor.spec.with(|s| s.targets.is_empty()));
    let full = Memo::new(move |_| no_target.get() || count.get() >= RULES);
    view! {
        <fieldset>
            <legend>"Rules"</legend>
            <p class="hint">
                "Tried in order when a visitor's message is taken in; the first whose conditions all hold hands over, whatever the brain thinks. They work with any brain."
            </p>
            <Field field="rules" label="" wrong=only_whole(editor)/>
            <For each=move || 0..count.get() key=|i| *i let:at>
                <RuleBox at=at targets=targets/>
            </For>
            <p class="buttons">
                <button
                    type="button"
                    class="button"
                    disabled=full
                    on:click=add
                >
                    "Add a rule"
                </button>
                {move || no_target.get().then(|| view! { <span class="hint">"Choose whom it hands over to first."</span> })}
            </p>
        </fieldset>
    }
}

#[component]
fn RuleBox(at: usize, targets: Signal<Vec<(Target, String)>>) -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let rule = move |s: &shared::agent::AgentSpec| s.rules.get(at).cloned();
    let name = editor.text(move |s| rule(s).map(|r| r.name).unwrap_or_default());
    let then = editor.text(move |s| rule(s).map(|r| key(&r.then)).unwrap_or_default());
    let options = Signal::derive(move || {
        let allowed = editor.spec.with(|s| s.targets.clone());
        let all = targets.get().into_iter().filter(|(t, _)| allowed.contains(t));
        all.map(|(t, name)| (key(&t), name)).collect::<Vec<_>>()
    });
    let choose = editor.typed(move |s, chosen: String| {
        let target = s.targets.iter().find(|t| key(t) == chosen).cloned();
        if let (Some(rule), Some(target)) = (s.rules.get_mut(at), target) {
            rule.then = target;
        }
    });
    let rename = editor.typed(move |s, v: String| {
        if let Some(rule) = s.rules.get_mut(at) {
            rule.name = v;
        }
    });
    view! {
        <div class="rule-box" role="group" aria-label=move || format!("Rule {}: {}", at + 1, name.get())>
            <div class="row">
                <Field field=format!("rules[{at}].name") label=format!("Rule {}", at + 1) wrong=wrong>
                    <TextInput id=format!("rules[{at}].name") value=name on_input=rename/>
                </Field>
                <RuleButtons at=at/>
            </div>
            <Conditions at=at/>
            <Field field=format!("rules[{at}].then") label="hand over to" wrong=wrong>
                <Select id=format!("rules[{at}].then") value=then options=options on_change=choose/>
            </Field>
        </div>
    }
}

#[component]
fn RuleButtons(at: usize) -> impl IntoView {
    let editor = Editor::here();
    let up = move |_| {
        editor.spec.update(|s| {
            if at > 0 && at < s.rules.len() {
                s.rules.swap(at - 1, at);
            }
        });
    };
    let drop = move |_| {
        editor.spec.update(|s| {
            if at < s.rules.len() {
                s.rules.remove(at);
            }
        });
    };
    view! {
        <span class="buttons rule-buttons">
            <button type="button" class="button small" disabled=at == 0 aria-label="Try earlier" title="Try earlier" on:click=up>
                "↑"
            </button>
            <button type="button" class="button small" on:click=drop>"Remove"</button>
        </span>
    }
}

/// An error of the list as a whole, not of one rule in it.
fn only_whole(editor: Editor) -> super::super::super::field::Wrong {
    let wrong = editor.wrong();
    Signal::derive(move || wrong.get().filter(|(field, _)| field == "rules"))
}
