//! What differs between two versions of an agent, field by field. No page in here.

use shared::{
    agent::{AgentSpec, Example, Rule},
    model::ModelSettings,
};

use super::{conditions::in_words, fields::target_words};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the form calls it.
    pub field: &'static str,
    /// What went, what came, and what stays around them.
    pub lines: Vec<Line>,
}

/// A line of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// In both.
    Same(String),
    /// Only before.
    Gone(String),
    /// Only now.
    New(String),
    /// So many lines that are in both are left out.
    Skipped(usize),
}

/// Longest text, in lines, that is compared line by line; a longer one is shown as replaced.
const MAX_LINES: usize = 600;
/// Lines that are the same and still shown around a difference.
const AROUND: usize = 2;

/// What differs from `old` to `new`.
pub fn changes(old: &AgentSpec, new: &AgentSpec) -> Vec<Change> {
    let number = |n: u64| n.to_string();
    let all = [
        text("Name", &old.name, &new.name),
        text("Purpose", &old.purpose, &new.purpose),
        text("Model", &old.model, &new.model),
        text("How the model is asked", &asked(&old.model_settings), &asked(&new.model_settings)),
        text("Instructions", &old.instructions, &new.instructions),
        text("Opening", &old.opening, &new.opening),
        set("Tools", &old.tools, &new.tools, Clone::clone),
        set("Collections", &old.collections, &new.collections, Clone::clone),
        set("Hands over to", &old.targets, &new.targets, target_words),
        text("Rules", &rules(&old.rules), &rules(&new.rules)),
        set("Example utterances", &old.examples, &new.examples, example),
        text(
            "Confidence threshold",
            &format!("{:.2}", old.confidence_threshold),
            &format!("{:.2}", new.confidence_threshold),
        ),
        text("Steps a turn", &number(old.budgets.steps.into()), &number(new.budgets.steps.into())),
        text(
            "Handoffs a turn",
            &number(old.budgets.handoffs.into()),
            &number(new.budgets.handoffs.into()),
        ),
        text("Tokens a conversation", &number(old.budgets.tokens), &number(new.budgets.tokens)),
    ];
    all.into_iter().flatten().collect()
}

/// Settings of a model, one a line.
fn asked(settings: &ModelSettings) -> String {
    let own = || "the model’s own".to_owned();
    let mut lines = vec![
        format!("temperature: {}", settings.temperature.map_or_else(own, |t| t.to_string())),
        format!("longest answer: {} tokens", settings.max_tokens()),
        format!(
            "thinking: {}",
            settings.effort.map_or_else(own, |e| format!("{e:?}").to_lowercase())
        ),
    ];
    lines.extend(settings.fallbacks.iter().map(|model| format!("if it fails: {model}")));
    lines.join("\n")
}

fn text(field: &'static str, old: &str, new: &str) -> Option<Change> {
    (old != new).then(|| Change { field, lines: shorten(compare(old, new)) })
}

fn set<T: PartialEq>(
    field: &'static str,
    old: &[T],
    new: &[T],
    name: impl Fn(&T) -> String,
) -> Option<Change> {
    let gone = old.iter().filter(|v| !new.contains(v)).map(|v| Line::Gone(name(v)));
    let come = new.iter().filter(|v| !old.contains(v)).map(|v| Line::New(name(v)));
    let lines: Vec<_> = gone.chain(come).collect();
    (!lines.is_empty()).then_some(Change { field, lines })
}

fn rules(rules: &[Rule]) -> String {
    let line = |rule: &Rule| {
        let when: Vec<_> = rule.when.iter().map(in_words).collect();
        format!(
            "{}: when {}, hand over to {}",
            rule.name,
            when.join(" and "),
            target_words(&rule.then)
        )
    };
    rules.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn example(example: &Example) -> String {
    format!("{}: {}", example.intent, example.text)
}

/// The lines of both texts in one order: a longest common subsequence, by the textbook's table.
fn compare(old: &str, new: &str) -> Vec<Line> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if a.len() > MAX_LINES || b.len() > MAX_LINES {
        let gone = a.iter().map(|l| Line::Gone((*l).to_owned()));
        return gone.chain(b.iter().map(|l| Line::New((*l).to_owned()))).collect();
    }
    // common[i][j]: how many lines a[i..] and b[j..] have in common.
    let mut common = vec![vec![0u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::with_capacity(a.len().max(b.len()));
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Same(a[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && common[i + 1][j] >= common[i][j + 1] {
            lines.push(Line::Gone(a[i].to_owned()));
            i += 1;
        } else {
            lines.push(Line::New(b[j].to_owned()));
            j += 1;
        }
    }
    lines
}

/// Leaves out lines that are the same and far from any difference.
fn shorten(lines: Vec<Line>) -> Vec<Line> {
    let differs: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, l)| !matches!(l, Line::Same(_)))
        .map(|(i, _)| i)
        .collect();
    let near = |i: usize| {
        let after = differs.partition_point(|d| *d < i);
        let next = differs.get(after).is_some_and(|d| d - i <= AROUND);
        next || after > 0 && i - differs[after - 1] <= AROUND
    };
    let mut short: Vec<Line> = Vec::new();
    for (i, line) in lines.into_iter().enumerate() {
        if near(i) {
            short.push(line);
        } else if let Some(Line::Skipped(n)) = short.last_mut() {
            *n += 1;
        } else {
            short.push(Line::Skipped(1));
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn agent(change: serde_json::Value) -> AgentSpec {
        let mut whole = json!({ "slug": "billing", "name": "Billing", "purpose": "Money." });
        whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn check(old: serde_json::Value, new: serde_json::Value, expected: &[(&str, &[&str])]) {
        let found = changes(&agent(old), &agent(new));
        let shown: Vec<(&str, Vec<String>)> =
            found.iter().map(|c| (c.field, c.lines.iter().map(sign).collect())).collect();
        let expected: Vec<(&str, Vec<String>)> = expected
            .iter()
            .map(|(f, l)| (*f, l.iter().map(|l| (*l).to_owned()).collect()))
            .collect();
        assert_eq!(shown, expected);
    }

    fn sign(line: &Line) -> String {
        match line {
            Line::Same(t) => format!(" {t}"),
            Line::Gone(t) => format!("-{t}"),
            Line::New(t) => format!("+{t}"),
            Line::Skipped(n) => format!("~{n}"),
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        check(json!({}), json!({}), &[]);
        check(json!({}), json!({ "name": "Bills" }), &[("Name", &["-Billing", "+Bills"])]);
        check(
            json!({ "tools": ["a", "b"] }),
            json!({ "tools": ["b", "c"] }),
            &[("Tools", &["-a", "+c"])],
        );
        check(
            json!({ "confidence_threshold": 0.7 }),
            json!({ "confidence_threshold": 0.8, "budgets": { "steps": 5 } }),
            &[("Confidence threshold", &["-0.70", "+0.80"]), ("Steps a turn", &["-12", "+5"])],
        );
    }

    #[test]
    fn a_rule_is_told_in_words() {
        let rule = json!({ "name": "Lawyers", "when": [{ "on": "text", "any": ["lawyer", "court"] }],
                           "then": { "kind": "queue", "slug": "support" } });
        check(
            json!({}),
            json!({ "rules": [rule] }),
            &[(
                "Rules",
                &[
                    "+Lawyers: when the message contains one of lawyer, court, hand over to support (people)",
                ],
            )],
        );
    }

    #[test]
    fn long_instructions_show_the_difference_only() {
        let old: Vec<String> = (0..10).map(|i| format!("line {i}")).collect();
        let mut new = old.clone();
        new[5] = "other".into();
        check(
            json!({ "instructions": old.join("\n") }),
            json!({ "instructions": new.join("\n") }),
            &[(
                "Instructions",
                &["~3", " line 3", " line 4", "-line 5", "+other", " line 6", " line 7", "~2"],
            )],
        );
    }

    proptest! {
        /// Taking the lines that went and stayed gives the old text; came and stayed, the new one.
        #[test]
        fn both_texts_are_in_the_comparison(a in "[ab\n]{0,30}", b in "[ab\n]{0,30}") {
            let lines = compare(&a, &b);
            let pick = |keep: fn(&Line) -> Option<&String>| lines.iter().filter_map(keep).cloned().collect::<Vec<_>>();
            let old = pick(|l| match l { Line::Same(t) | Line::Gone(t) => Some(t), _ => None });
            let new = pick(|l| match l { Line::Same(t) | Line::New(t) => Some(t), _ => None });
            prop_assert_eq!(old, a.lines().map(str::to_owned).collect::<Vec<_>>());
            prop_assert_eq!(new, b.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
