//! Why a message is understood as it is: the parts and the examples that speak for each intent.

use classifier::Classifier;
use shared::api::{Why, WhyExample, WhyPart};

/// Intents that are told, and of each so many parts and examples.
const INTENTS: usize = 4;
const PARTS: usize = 8;
const EXAMPLES: usize = 3;

/// What speaks for each of the likeliest labels of `text`, likeliest first. `examples` are what the
/// classifier was trained on, as label and text; `name` tells a label's intent and agent.
pub fn why(
    classifier: &Classifier,
    examples: &[(String, String)],
    text: &str,
    name: impl Fn(usize) -> (String, Option<String>),
) -> Vec<Why> {
    let p = classifier.predict(text);
    let mut likeliest: Vec<usize> = (0..p.len()).collect();
    likeliest.sort_by(|a, b| p[*b].total_cmp(&p[*a]).then(a.cmp(b)));
    let told = likeliest.into_iter().take(INTENTS).map(|at| {
        let label = classifier.labels()[at].as_str();
        let parts = classifier.reasons(text, label, PARTS).into_iter();
        let parts = parts.map(|it| WhyPart { text: it.part, weight: rounded(it.weight) }).collect();
        let (intent, agent) = name(at);
        let examples = nearest(classifier, examples, text, label);
        Why { intent, agent, p: p[at], parts, examples }
    });
    told.collect()
}

/// The examples of a label that are most like the text.
fn nearest(
    classifier: &Classifier,
    examples: &[(String, String)],
    text: &str,
    label: &str,
) -> Vec<WhyExample> {
    let taught = || examples.iter().filter(|it| it.0 == label).map(|it| it.1.as_str());
    let likeness = classifier.likeness(text, taught());
    let mut alike: Vec<(f32, &str)> = likeness.into_iter().zip(taught()).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let most = alike.into_iter().take(EXAMPLES).filter(|(likeness, _)| *likeness > 0.0);
    most.map(|(likeness, text)| WhyExample { text: text.to_owned(), likeness: rounded(likeness) })
        .collect()
}

/// To two decimals: more say nothing to anybody.
fn rounded(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
