//! What the built-in reader learns from people: suggestions, messages it is unsure of, saved tests.

mod decide;
mod effect;
mod suggestions;
mod tabs;
mod tests;
mod unsure;

pub use suggestions::SuggestionsPage;
pub use tests::TestsPage;
pub use unsure::UnsurePage;

use shared::{api::Topics, id::AgentSlug};

use super::super::{
    client::{Admin, Failure},
    load::Loader,
    understood::Names,
};

/// What there is, and what it is called.
type WithTopics<T> = Loader<(T, Topics)>;

/// Loads something together with what a message can be about.
fn with_topics<T, F>(admin: Admin, fetch: impl Fn(Admin) -> F + 'static) -> WithTopics<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    Loader::new(move || {
        let (admin, what) = (admin.clone(), fetch(admin.clone()));
        async move { Ok((what.await?, admin.desk().topics().await?)) }
    })
}

/// Topics to choose from, each under a value that [`topic_of`] reads.
fn topic_options(names: &Names) -> Vec<(String, String)> {
    let option = |it: &shared::api::Topic| {
        (topic_value(&it.agent, &it.intent), format!("{}: {}", it.agent_name, it.label))
    };
    names.0.iter().map(option).collect()
}

/// A topic as the value of a choice: no short name holds a slash.
fn topic_value(agent: &AgentSlug, intent: &str) -> String {
    format!("{agent}/{intent}")
}

fn topic_of(value: &str) -> Option<(AgentSlug, String)> {
    let (agent, intent) = value.split_once('/')?;
    Some((agent.parse().ok()?, intent.to_owned()))
}
