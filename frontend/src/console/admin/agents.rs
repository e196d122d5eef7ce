//! All agents, and a new one.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    agent::{AgentSpec, BUILT_IN, Budgets},
    api::Agent,
    id::AgentSlug,
    limits::{NAME_CHARS, PHRASE_CHARS},
    model::ModelSettings,
};

use super::{
    super::{
        client::Admin,
        dialog::Dialog,
        field::{Field, FormFoot, TextInput},
        load::{Empty, Loader, loaded},
        nav::{Link, Nav},
        route::{Page, Route},
        words,
    },
    FormFault, PageHead, placed,
};

/// All agents.
#[component]
pub fn AgentsPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let asking = admin.clone();
    let agents = Loader::new(move || {
        let admin = asking.clone();
        async move { admin.desk().agents().await }
    });
    let making = RwSignal::new(false);
    view! {
        <PageHead
            title="Agents"
            text="AI agents answer visitors and hand conversations to each other and to people. A change is a draft until you publish it."
        >
            <button type="button" class="button primary" on:click=move |_| making.set(true)>"New agent"</button>
        </PageHead>
        {loaded(agents, |list| {
            if list.agents.is_empty() {
                let text = "Without an agent every conversation goes to people at once.";
                return view! { <Empty title="There are no agents" text=text/> }.into_any();
            }
            let cards = list.agents.into_iter().map(|agent| view! { <AgentCard agent=agent/> });
            view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
        })}
        {move || {
            making
                .get()
                .then(|| view! { <NewAgent on_close=Callback::new(move |()| making.set(false))/> })
        }}
    }
}

#[component]
fn AgentCard(agent: Agent) -> impl IntoView {
    let spec = agent.draft.clone().or_else(|| agent.published.as_ref().map(|p| p.spec.clone()));
    let version = agent
        .published
        .as_ref()
        .map_or_else(|| "Not published".to_owned(), |p| format!("Version {}", p.version));
    let published = agent.published.is_some();
    let (name, purpose, counts) = spec.map_or_else(Default::default, |s| {
        let counts = [
            words::plural(s.tools.len(), "tool"),
            words::plural(s.targets.len(), "handoff target"),
            words::plural(s.rules.len(), "rule"),
            words::plural(s.examples.len(), "example"),
        ];
        (s.name, s.purpose, counts.join(" · "))
    });
    view! {
        <li class="card-line">
            <Link to=Route::Admin(Page::Agent(agent.slug.clone()))>
                <span class="card-line-top">
                    <strong>{name}</strong> <code>{agent.slug.to_string()}</code>
                    <span class="chip" class:good=published>{version}</span>
                    {agent.draft.is_some().then(|| view! { <span class="chip approval">"Draft"</span> })}
                </span>
                <span>{purpose}</span>
                <span class="hint">{counts}</span>
            </Link>
        </li>
    }
}

#[component]
fn NewAgent(on_close: Callback<()>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let nav = Nav::here();
    let (slug, name, purpose) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let make = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let spec =
            match fresh(&slug.get_untracked(), &name.get_untracked(), &purpose.get_untracked()) {
                Ok(spec) => spec,
                Err(fault) => return wrong.set(Some(fault)),
            };
        let admin = admin.clone();
        busy.set(true);
        spawn_local(async move {
            let known = admin.agent(&spec.slug).await.is_ok();
            let answer = if known { None } else { Some(admin.save_draft(&spec).await) };
            busy.try_set(false);
            match answer {
                None => {
                    let text = "An agent of this short name exists already. Choose another.";
                    wrong.try_set(Some(("slug".into(), text.into())));
                }
                Some(Ok(agent)) => nav.go(Route::Admin(Page::Agent(agent.slug))),
                Some(Err(failure)) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    view! {
        <Dialog title="New agent" on_close=on_close>
            <form class="form" on:submit=make novalidate>
                <Field
                    field="slug"
                    label="Short name"
                    hint="Other agents hand over to it by this. It stays as it is. Letters, digits, “-” and “_”."
                    wrong=wrong.into()
                >
                    <TextInput id="slug" value=slug on_input=Callback::new(move |v| slug.set(v)) placeholder="returns"/>
                </Field>
                <Field field="name" label="Name" hint="What visitors read." wrong=wrong.into()>
                    <TextInput id="name" value=name on_input=Callback::new(move |v| name.set(v)) placeholder="Returns"/>
                </Field>
                <Field
                    field="purpose"
                    label="Purpose"
                    hint="What it is for, in a sentence. Other agents choose it by this."
                    wrong=wrong.into()
                >
                    <TextInput id="purpose" value=purpose on_input=Callback::new(move |v| purpose.set(v))/>
                </Field>
                <FormFault wrong=wrong fields=&["slug", "name", "purpose"]/>
                <FormFoot yes="Create draft" busy=busy on_close=on_close/>
            </form>
        </Dialog>
    }
}

/// A new agent, or what is wrong with what was typed.
fn fresh(slug: &str, name: &str, purpose: &str) -> Result<AgentSpec, (String, String)> {
    let slug: AgentSlug = slug.trim().to_lowercase().parse().map_err(|_| {
        let text = "Use 1 to 64 letters, digits, “-” and “_”, without spaces.";
        ("slug".to_owned(), text.to_owned())
    })?;
    let spec = AgentSpec {
        slug,
        name: name.trim().chars().take(NAME_CHARS + 1).collect(),
        purpose: purpose.trim().chars().take(PHRASE_CHARS + 1).collect(),
        instructions: String::new(),
        opening: String::new(),
        model: BUILT_IN.to_owned(),
        model_settings: ModelSettings::default(),
        tools: Vec::new(),
        collections: Vec::new(),
        targets: Vec::new(),
        rules: Vec::new(),
        examples: Vec::new(),
        confidence_threshold: 0.70,
        budgets: Budgets::default(),
    };
    spec.validate().map(|()| spec.clone()).map_err(|e| (e.field, e.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_agent_is_whole_or_says_what_it_lacks() {
        let check = |slug: &str, name: &str, purpose: &str, fault: Option<&str>| {
            let made = fresh(slug, name, purpose);
            assert_eq!(made.err().map(|e| e.0).as_deref(), fault, "{slug:?}");
        };
        check(" Returns ", "Returns", "Takes returns.", None);
        check("", "Returns", "Takes returns.", Some("slug"));
        check("a b", "Returns", "Takes returns.", Some("slug"));
        check("../x", "Returns", "Takes returns.", Some("slug"));
        check("returns", " ", "Takes returns.", Some("name"));
        check("returns", &"x".repeat(5_000), "Takes returns.", Some("name"));
        check("returns", "Returns", "", Some("purpose"));
    }
}
