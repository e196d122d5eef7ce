//! One suggestion: its words, its topic, what it would change, and a yes or a no.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Lesson, Suggestion},
    limits::PHRASE_CHARS,
};

use super::{
    super::super::{
        client::Admin,
        dialog::Dialog,
        field::{Field, Select, TextArea},
        load::{Loader, Skeleton, loaded},
        toast::Toasts,
        understood::Names,
    },
    effect::EffectView,
    topic_of, topic_options, topic_value,
};

/// The dialog of one suggestion. What is accepted is what its effect was shown of.
#[component]
pub fn Decide(
    /// What was suggested.
    suggestion: Suggestion,
    /// What things are called.
    names: Names,
    /// It has been closed.
    on_close: Callback<()>,
    /// It waits no more.
    on_decided: Callback<()>,
) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    // What is typed, and what was tried of it.
    let lesson = RwSignal::new(suggestion.lesson.clone());
    let tried = RwSignal::new(suggestion.lesson.clone());
    let busy = RwSignal::new(false);
    let effect = Loader::new(move || {
        let (admin, lesson) = (admin.get_value(), tried.get());
        async move { admin.effect(&lesson).await.map(|effect| (lesson, effect)) }
    });
    let changed = move || lesson.get() != tried.get();
    let shown = move || effect.ready().is_some_and(|(of, _)| of == lesson.get());
    let suggestion = StoredValue::new(suggestion);
    let decide = move |yes: bool| {
        busy.set(true);
        spawn_local(async move {
            let (admin, of) = (admin.get_value(), suggestion.get_value());
            let answer = if yes {
                admin.accept_suggestion(&of, &lesson.get_untracked()).await
            } else {
                admin.reject_suggestion(&of).await
            };
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    toasts.done(if yes {
                        "Learnt. Messages are read by it from now on."
                    } else {
                        "Turned down."
                    });
                    on_close.run(());
                    on_decided.run(());
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let options = topic_options(&names);
    let names = StoredValue::new(names);
    view! {
        <Dialog title="Learn from this?" on_close=on_close wide=true>
            <div class="form">
                <Field field="lesson-text" label="What somebody says" hint=format!("Addresses and numbers are masked. At most {PHRASE_CHARS} characters.")>
                    <TextArea
                        id="lesson-text"
                        rows=2
                        value=Signal::derive(move || lesson.with(|it| it.text.clone()))
                        on_input=Callback::new(move |text| lesson.update(|it| it.text = text))
                    />
                </Field>
                <Field field="lesson-topic" label="What it is about">
                    <Select
                        id="lesson-topic"
                        value=Signal::derive(move || lesson.with(|it| topic_value(&it.agent, &it.intent)))
                        options=options
                        on_change=Callback::new(move |value: String| {
                            if let Some((agent, intent)) = topic_of(&value) {
                                lesson.update(|it: &mut Lesson| {
                                    it.agent = agent;
                                    it.intent = intent;
                                });
                            }
                        })
                    />
                </Field>
                <section class="effect" aria-label="What it would change" aria-live="polite">
                    {move || if changed() {
                        view! {
                            <p class="buttons">
                                <button type="button" class="button" on:click=move |_| tried.set(lesson.get_untracked())>"Show what it would change"</button>
                            </p>
                        }
                        .into_any()
                    } else {
                        loaded(effect, move |(of, effect)| {
                            // What was tried before is no answer to what is asked now.
                            if of == tried.get_untracked() {
                                view! { <EffectView effect=effect names=names/> }.into_any()
                            } else {
                                view! { <Skeleton/> }.into_any()
                            }
                        })
                        .into_any()
                    }}
                </section>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button danger" disabled=busy on:click=move |_| decide(false)>"Turn it down"</button>
                <button type="button" class="button primary" disabled=move || busy.get() || !shown() on:click=move |_| decide(true)>"Learn from it"</button>
            </footer>
        </Dialog>
    }
}
