//! What was used, by whom and where: whatever it is summed by, it is the same use.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::{
    api::MeterBy,
    brief::{TriggerKind, Usage},
    event::{EventBody, StepUsage},
};

use super::*;

/// One thing that happens in one of three conversations.
#[derive(Debug, Clone)]
enum Act {
    Step(Usage),
    HandOver(&'static str),
    Say,
}

fn acts() -> impl Strategy<Value = (usize, Act)> {
    let amount = 0u64..1_000_000_000;
    let usage = (amount.clone(), amount.clone(), amount.clone(), amount).prop_map(
        |(tokens_in, tokens_out, cost_micros, took_ms)| {
            Act::Step(Usage { steps: 1, tokens_in, tokens_out, cost_micros, took_ms })
        },
    );
    let to = prop::sample::select(vec!["triage", "billing", "refunds"]).prop_map(Act::HandOver);
    (0usize..3, prop_oneof![4 => usage, 2 => to, 1 => Just(Act::Say)])
}

fn sum<'a>(parts: impl IntoIterator<Item = &'a Usage>) -> Usage {
    let mut sum = Usage::default();
    parts.into_iter().for_each(|part| sum.add(part));
    sum
}

async fn live(acts: Vec<(usize, Act)>) -> Result<(), TestCaseError> {
    let desk = Desk::new();
    let mut threads = Vec::new();
    for n in 0..3 {
        let opened = opened(&format!("vis_{n}"));
        threads
            .push(desk.journal.open(id(&format!("cnv_{n}")), opened, NOW).await.expect("opened"));
    }
    let mut by_agent: BTreeMap<String, Usage> = BTreeMap::new();
    let mut by_tenure: BTreeMap<String, Usage> = BTreeMap::new();
    for (i, (n, act)) in acts.into_iter().enumerate() {
        let thread = &threads[n];
        let state = &thread.state;
        let Some(agent) = state.owner.agent().cloned() else { continue };
        let bodies = match act {
            Act::Say => vec![says("hi", &format!("m{i}"))],
            Act::HandOver(to) if to == agent.as_str() => continue,
            Act::HandOver(to) => handoff(state, &super::agent(to), TriggerKind::Model),
            Act::Step(usage) => {
                by_agent.entry(agent.to_string()).or_default().add(&usage);
                let tenure = format!("{}/{}", state.id, state.epoch);
                by_tenure.entry(tenure).or_default().add(&usage);
                let model = "a model".to_owned();
                vec![EventBody::Usage(StepUsage {
                    agent,
                    version: 1,
                    model,
                    through: 0,
                    asked_in: None,
                    usage,
                })]
            }
        };
        threads[n] = desk.journal.append(thread, bodies, vec![], NOW).await.expect("appended");
    }
    let total = sum(threads.iter().map(|thread| &thread.state.usage));
    let of = async |by| {
        let meters = desk.store.meters(by).await.expect("meters").into_iter();
        meters.map(|meter| (meter.key, meter.usage)).collect::<BTreeMap<_, _>>()
    };
    for by in [MeterBy::Agent, MeterBy::Handoff, MeterBy::Conversation] {
        prop_assert_eq!(sum(of(by).await.values()), total, "{:?}", by);
    }
    let conversations = of(MeterBy::Conversation).await;
    for thread in &threads {
        let metered = conversations.get(thread.state.id.as_str()).copied().unwrap_or_default();
        prop_assert_eq!(metered, thread.state.usage);
    }
    prop_assert_eq!(of(MeterBy::Agent).await, by_agent);
    prop_assert_eq!(of(MeterBy::Handoff).await, by_tenure);
    verify(desk.store.as_ref()).await.expect("no fault");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn invariant_12_every_sum_of_the_meters_is_the_same_to_the_token(
        acts in prop::collection::vec(acts(), 0..40)
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(live(acts))?;
    }
}
