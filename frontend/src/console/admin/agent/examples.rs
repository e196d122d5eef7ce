//! What visitors say who want this agent: one group an intent, one utterance a line.

use leptos::prelude::*;
use shared::{agent::Example, limits::EXAMPLES};

use super::{
    super::super::{field::Field, words},
    editor::Editor,
};

/// The utterances of one intent, as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    id: u32,
    intent: String,
    lines: String,
}

/// The examples.
#[component]
pub fn Examples() -> impl IntoView {
    let editor = Editor::here();
    let groups = RwSignal::new(Vec::<Group>::new());
    let next = StoredValue::new(0u32);
    // What is typed keeps its own shape, empty lines included, until the page is filled anew.
    Effect::new(move |_| {
        editor.filled.track();
        let read = editor.spec.with_untracked(|s| grouped(&s.examples));
        next.set_value(u32::try_from(read.len()).unwrap_or(u32::MAX));
        groups.set(read);
    });
    let take = Callback::new(move |()| {
        let examples = groups.with_untracked(|g| flat(g));
        editor.spec.update(|s| s.examples = examples);
    });
    let add = move |_| {
        let id = next.get_value();
        next.set_value(id + 1);
        groups.update(|g| g.push(Group { id, intent: String::new(), lines: String::new() }));
    };
    let ids = Memo::new(move |_| groups.with(|g| g.iter().map(|g| g.id).collect::<Vec<_>>()));
    let count = move || editor.spec.with(|s| s.examples.len());
    view! {
        <fieldset>
            <legend>"Example utterances"</legend>
            <p class="hint">
                {move || {
                    format!(
                        "What visitors say who want this agent, one a line. The classifier learns from them when you publish. {} of at most {EXAMPLES}.",
                        count(),
                    )
                }}
            </p>
            <Field field="examples" label="" wrong=editor.wrong()>
                <For each=move || ids.get() key=|id| *id let:id>
                    <GroupBox id=id groups=groups take=take/>
                </For>
            </Field>
            <p class="buttons">
                <button type="button" class="button" on:click=add>"Add an intent"</button>
            </p>
        </fieldset>
    }
}

#[component]
fn GroupBox(id: u32, groups: RwSignal<Vec<Group>>, take: Callback<()>) -> impl IntoView {
    let of = move |read: fn(&Group) -> String| {
        groups.with(|g| g.iter().find(|g| g.id == id).map(read)).unwrap_or_default()
    };
    let change = move |write: &dyn Fn(&mut Group)| {
        groups.update(|g| g.iter_mut().filter(|g| g.id == id).for_each(write));
        take.run(());
    };
    let drop = move |_| {
        groups.update(|g| g.retain(|g| g.id != id));
        take.run(());
    };
    view! {
        <details class="fold group-box" open=of(|g| g.intent.clone()).is_empty()>
            <summary>
                <code>{move || of(|g| g.intent.clone())}</code>
                <span class="hint">{move || words::plural(utterances(&of(|g| g.lines.clone())).count(), "example")}</span>
            </summary>
            <div class="fold-body">
                <div class="row">
                    <input
                        type="text"
                        aria-label="Intent"
                        placeholder="Intent, such as refund_request"
                        prop:value=move || of(|g| g.intent.clone())
                        on:input:target=move |ev| {
                            let v = ev.target().value();
                            change(&|g| g.intent.clone_from(&v));
                        }
                    />
                    <button type="button" class="button small" on:click=drop>"Remove"</button>
                </div>
                <textarea
                    rows="6"
                    aria-label="Utterances, one a line"
                    placeholder="I was charged twice"
                    prop:value=move || of(|g| g.lines.clone())
                    on:input:target=move |ev| {
                        let v = ev.target().value();
                        change(&|g| g.lines.clone_from(&v));
                    }
                ></textarea>
            </div>
        </details>
    }
}

fn utterances(lines: &str) -> impl Iterator<Item = &str> {
    lines.lines().map(str::trim).filter(|l| !l.is_empty())
}

/// Groups examples by intent, in the order in which the intents first appear.
fn grouped(examples: &[Example]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for example in examples {
        if let Some(group) = groups.iter_mut().find(|g| g.intent == example.intent) {
            group.lines.push('\n');
            group.lines.push_str(&example.text);
        } else {
            let id = u32::try_from(groups.len()).unwrap_or(u32::MAX);
            let (intent, lines) = (example.intent.clone(), example.text.clone());
            groups.push(Group { id, intent, lines });
        }
    }
    groups
}

/// The examples of all groups.
fn flat(groups: &[Group]) -> Vec<Example> {
    let all = groups.iter().flat_map(|g| {
        let intent = g.intent.trim().to_owned();
        utterances(&g.lines)
            .map(move |text| Example { intent: intent.clone(), text: text.to_owned() })
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example(intent: &str, text: &str) -> Example {
        Example { intent: intent.into(), text: text.into() }
    }

    #[test]
    fn one_group_an_intent() {
        let examples = [example("refund", "a"), example("invoice", "b"), example("refund", "c")];
        let groups = grouped(&examples);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].lines, "a\nc");
        let back = flat(&groups);
        assert_eq!(back, [example("refund", "a"), example("refund", "c"), example("invoice", "b")]);
    }

    #[test]
    fn blank_lines_are_no_examples() {
        let group = Group { id: 0, intent: " x ".into(), lines: "\n a \n\n  \nb\n".into() };
        assert_eq!(flat(&[group]), [example("x", "a"), example("x", "b")]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(pairs in prop::collection::vec(("[a-c]", "[a-z]{1,9}"), 0..30)) {
            let examples: Vec<_> = pairs.iter().map(|(i, t)| example(i, t)).collect();
            let mut back = flat(&grouped(&examples));
            let mut before = examples;
            let key = |e: &Example| (e.intent.clone(), e.text.clone());
            back.sort_by_key(key);
            before.sort_by_key(key);
            prop_assert_eq!(back, before);
        }
    }
}
