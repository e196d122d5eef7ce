//! The agents and settings with which a new desk starts: documents, which an admin then owns.

use std::sync::LazyLock;

use shared::{
    agent::{AgentSpec, DeskSettings, Example, RefundPolicy, Target},
    guardrail::{Act, Guardrail, PersonalData, Place, Watch},
    id::{AgentSlug, QueueSlug},
    money::{Currency, Money},
    queue::{Fallback, Queue},
};

/// The agents of a new desk: triage, billing, refunds and escalation.
pub fn agents() -> Vec<AgentSpec> {
    AGENTS.clone()
}

/// The settings of a new desk: triage at the front door, people on weekdays from 9 to 17, as the demo shop's pages say.
pub fn desk() -> DeskSettings {
    let eur = |amount| Money::new(amount, Currency::EUR);
    DeskSettings {
        front_door: slug("triage"),
        escalation: Target::Agent { slug: slug("escalation") },
        queue: queue("support"),
        queues: vec![Queue {
            slug: queue("support"),
            name: "Support team".to_owned(),
            deadline_s: 15 * 60,
            fallback: Fallback::Tell,
        }],
        lease_s: 5 * 60,
        utc_offset_minutes: 60,
        opens_hour: 9,
        closes_hour: 17,
        open_weekdays: vec![0, 1, 2, 3, 4],
        voice: String::new(),
        spend: shared::model::SpendCaps::default(),
        refund_policy: RefundPolicy {
            per_order: eur(10_000),
            per_customer_day: eur(15_000),
            window_days: 30,
            approval_ttl_s: 24 * 3600,
        },
        guardrails: guardrails(),
    }
}

/// What a new desk is careful about: numbers of cards are nobody's to keep, and whoever gives models
/// orders does not move money by it.
fn guardrails() -> Vec<Guardrail> {
    let rail = |name: &str, when, then| Guardrail {
        name: name.to_owned(),
        at: Place::Message,
        when,
        then,
        sites: Vec::new(),
    };
    let cards = Watch::PersonalData { any: vec![PersonalData::Card] };
    vec![
        rail("Card numbers", cards, Act::Rewrite { with: String::new() }),
        rail("Orders to the model", Watch::Injection, Act::Distrust),
    ]
}

/// What people say in any chat whatever it is about: greetings, thanks, yes and no.
pub fn small_talk() -> &'static [Example] {
    &SMALL_TALK
}

/// What no shop's desk can help with.
pub fn out_of_scope() -> &'static [Example] {
    &OUT_OF_SCOPE
}

static AGENTS: LazyLock<Vec<AgentSpec>> = LazyLock::new(|| {
    vec![
        document(include_str!("../../data/agents/triage.json")),
        document(include_str!("../../data/agents/billing.json")),
        document(include_str!("../../data/agents/refunds.json")),
        document(include_str!("../../data/agents/escalation.json")),
    ]
});
static SMALL_TALK: LazyLock<Vec<Example>> =
    LazyLock::new(|| document(include_str!("../../data/examples/small_talk.json")));
static OUT_OF_SCOPE: LazyLock<Vec<Example>> =
    LazyLock::new(|| document(include_str!("../../data/examples/out_of_scope.json")));

#[expect(clippy::expect_used, reason = "the documents are compiled in, and a test reads them")]
fn document<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a shipped document")
}

#[expect(clippy::expect_used, reason = "only called with the literals above")]
fn slug(text: &str) -> AgentSlug {
    text.parse().expect("a plain literal")
}

#[expect(clippy::expect_used, reason = "only called with the literals above")]
fn queue(text: &str) -> QueueSlug {
    text.parse().expect("a plain literal")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn shipped_documents_are_valid_and_point_at_each_other() {
        let slugs: BTreeSet<_> = agents().into_iter().map(|agent| agent.slug).collect();
        assert!(slugs.contains(&desk().front_door));
        for agent in agents() {
            assert_eq!(agent.validate(), Ok(()), "{}", agent.slug);
            assert!(agent.examples.len() >= 40, "{} has few examples", agent.slug);
            for target in &agent.targets {
                match target {
                    Target::Agent { slug } => assert!(slugs.contains(slug), "{slug}"),
                    Target::Queue { slug } => assert_eq!(*slug, desk().queue),
                }
            }
        }
        assert!(small_talk().len() >= 40 && out_of_scope().len() >= 40);
    }
}
