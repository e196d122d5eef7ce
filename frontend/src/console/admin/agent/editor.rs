//! What is edited: the agent as the server has it, and as it stands on the page.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    agent::{AgentSpec, Budgets},
    api::Agent,
    id::AgentSlug,
    model::ModelSettings,
};

use super::super::super::{
    client::{Admin, Failure},
    field::Wrong,
    nav::Nav,
    toast::Toasts,
};

/// What is edited.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    /// The agent as the server has it.
    pub agent: RwSignal<Agent>,
    /// The agent as it stands on the page.
    pub spec: RwSignal<AgentSpec>,
    /// Whether a call is on its way.
    pub busy: RwSignal<bool>,
    /// Grows whenever the page is filled anew, so that parts with a memory begin anew.
    pub filled: RwSignal<u32>,
    /// Grows whenever the server has taken a change.
    pub answered: RwSignal<u32>,
    refused: RwSignal<Option<(String, String)>>,
    admin: StoredValue<Admin>,
    toasts: Toasts,
    nav: Nav,
}

impl Editor {
    /// Begins with `agent`.
    pub fn provide(agent: Agent) -> Self {
        let spec = current(&agent);
        let editor = Self {
            agent: RwSignal::new(agent),
            spec: RwSignal::new(spec),
            busy: RwSignal::new(false),
            filled: RwSignal::new(0),
            answered: RwSignal::new(0),
            refused: RwSignal::new(None),
            admin: StoredValue::new(expect_context()),
            toasts: Toasts::here(),
            nav: Nav::here(),
        };
        provide_context(editor);
        let nav = editor.nav;
        Effect::new(move |_| nav.set_unsaved(editor.is_changed()));
        on_cleanup(move || nav.set_unsaved(false));
        // What the server refused may be right after the next change.
        Effect::new(move |_| {
            editor.spec.track();
            editor.refused.set(None);
        });
        editor
    }

    /// The editor of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// The client.
    pub fn admin(self) -> Admin {
        self.admin.get_value()
    }

    /// Short messages.
    pub fn toasts(self) -> Toasts {
        self.toasts
    }

    /// Its short name.
    pub fn slug(self) -> AgentSlug {
        self.agent.with_untracked(|a| a.slug.clone())
    }

    /// Whether the page differs from what the server has.
    pub fn is_changed(self) -> bool {
        self.agent.with(|a| self.spec.with(|s| *s != current(a)))
    }

    /// Whether the server has a draft.
    pub fn has_draft(self) -> bool {
        self.agent.with(|a| a.draft.is_some())
    }

    /// What is wrong with what stands on the page, and where.
    pub fn wrong(self) -> Wrong {
        Signal::derive(move || {
            let own = self.spec.with(|s| s.validate().err()).map(|e| (e.field, e.message));
            own.or_else(|| self.refused.get())
        })
    }

    /// A text of the agent.
    pub fn text(self, of: impl Fn(&AgentSpec) -> String + Send + Sync + 'static) -> Signal<String> {
        Signal::derive(move || self.spec.with(|s| of(s)))
    }

    /// Changes the agent by what was typed.
    pub fn typed<T: 'static>(
        self,
        change: impl Fn(&mut AgentSpec, T) + Send + Sync + 'static,
    ) -> Callback<T> {
        Callback::new(move |value| self.spec.update(|s| change(s, value)))
    }

    /// Saves the draft.
    pub fn save(self) {
        let (admin, spec) = (self.admin(), self.spec.get_untracked());
        self.run("Draft saved.", async move { admin.save_draft(&spec).await }, false);
    }

    /// Runs a call that answers with the agent. `fill` puts the answer on the page.
    pub fn run(
        self,
        done: &'static str,
        call: impl Future<Output = Result<Agent, Failure>> + 'static,
        fill: bool,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = call.await;
            self.busy.try_set(false);
            match answer {
                Ok(agent) => {
                    if fill {
                        self.spec.try_set(current(&agent));
                        self.filled.try_update(|n| *n += 1);
                    }
                    self.agent.try_set(agent);
                    self.answered.try_update(|n| *n += 1);
                    self.toasts.done(done);
                }
                Err(failure) => {
                    if let Some(field) = failure.field() {
                        self.refused.try_set(Some((field.to_owned(), failure.to_string())));
                    }
                    self.toasts.failed(&failure);
                }
            }
        });
    }
}

/// The draft, or what is published if there is none.
pub fn current(agent: &Agent) -> AgentSpec {
    let published = || agent.published.as_ref().map(|p| p.spec.clone());
    agent.draft.clone().or_else(published).unwrap_or_else(|| AgentSpec {
        slug: agent.slug.clone(),
        name: String::new(),
        purpose: String::new(),
        instructions: String::new(),
        opening: String::new(),
        model: shared::agent::BUILT_IN.to_owned(),
        model_settings: ModelSettings::default(),
        tools: Vec::new(),
        collections: Vec::new(),
        targets: Vec::new(),
        rules: Vec::new(),
        examples: Vec::new(),
        confidence_threshold: 0.70,
        budgets: Budgets::default(),
    })
}
