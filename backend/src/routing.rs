//! `baton route`: where a message would go, one JSON object a line.

use std::collections::BTreeSet;

use classifier::Classifier;
use serde::Serialize;
use shared::api::Why;

use crate::brain::{
    Reader,
    builtin::{reader::BuiltinReader, why},
    defaults,
};

/// Most candidates in an answer.
const TOP: usize = 5;
/// Below this the router asks instead of routing; what an agent's threshold is by default.
const SURE: f32 = 0.70;

/// Labels of a file under which messages stand that are like none of the others, and from which
/// probability on such a message is declined.
const OUTSIDE: [&str; 3] = ["oos", "out_of_scope", "none"];
const OUTSIDE_AT: f32 = 0.5;

/// Where a message would go.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Routed {
    /// The likeliest agent, or label.
    pub agent: Option<String>,
    /// What the visitor wants.
    pub intent: Option<String>,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// What follows from it.
    pub route: Route,
    /// The likeliest agents, or labels.
    pub top: Vec<Candidate>,
    /// What speaks for each of the likeliest intents, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Vec<Why>>,
}

/// What follows from reading a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The agent takes it.
    Route,
    /// Nobody is sure enough: the visitor is asked.
    Ask,
    /// It is none of the desk's business.
    Decline,
    /// A person takes it.
    Human,
}

/// One that it may be for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The agent, or label.
    pub agent: String,
    /// How likely, 0 to 1.
    pub p: f32,
}

/// Why a file of examples cannot be learnt from; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ExamplesError {
    /// The header is not `text,label`.
    #[error("the examples must begin with a line `text,label`")]
    Header,
    /// A line has another number of fields, or an open quote.
    #[error("line {0} of the examples needs a text and a label")]
    Line(usize),
    /// One label is no choice.
    #[error("the examples need two labels at least")]
    TooFew,
}

/// Reads messages as the desk's default agents, or as a file of examples teaches.
pub enum Router {
    /// The default agents.
    Agents(Box<BuiltinReader>),
    /// Labels take the place of agents.
    Labels(Box<Classifier>, Vec<(String, String)>),
}

impl Router {
    /// The default agents' examples.
    pub fn agents() -> Self {
        Self::Agents(Box::new(BuiltinReader::train(&defaults::agents())))
    }

    /// The examples of a CSV file alone, and nothing besides.
    pub fn examples(csv: &str) -> Result<Self, ExamplesError> {
        let examples = examples(csv)?;
        let labels: BTreeSet<&str> = examples.iter().map(|(label, _)| label.as_str()).collect();
        if labels.len() < 2 {
            return Err(ExamplesError::TooFew);
        }
        Ok(Self::Labels(Box::new(Classifier::train(&examples)), examples))
    }

    /// Where `text` would go, and what speaks for it.
    pub fn explain(&self, text: &str) -> Routed {
        let why = match self {
            Self::Agents(reader) => reader.why(text),
            Self::Labels(classifier, examples) => {
                let label = |at: usize| (classifier.labels()[at].clone(), None);
                why::why(classifier, examples, text, label)
            }
        };
        Routed { why: Some(why), ..self.route(text) }
    }

    /// Where `text` would go. Deterministic.
    pub fn route(&self, text: &str) -> Routed {
        match self {
            Self::Agents(reader) => {
                let reading = reader.read(text, &[]);
                let intent = reading.intents.first().map(|(intent, _)| intent.clone());
                let asks = reading.safety.is_some() || reading.wants_person.is_some();
                routed(reading.agents, intent, asks, reading.out_of_scope)
            }
            Self::Labels(classifier, _) => {
                let p = classifier.predict(text);
                let outside = classifier.labels().iter().zip(&p);
                let outside: f32 =
                    outside.filter(|(l, _)| OUTSIDE.contains(&l.as_str())).map(|(_, p)| *p).sum();
                let unknown = outside >= OUTSIDE_AT || classifier.coverage(text) == 0.0;
                let mut top: Vec<_> = classifier.labels().iter().cloned().zip(p).collect();
                top.sort_by(|a, b| b.1.total_cmp(&a.1));
                let intent = top.first().map(|(label, _)| label.clone());
                routed(top, intent, false, unknown)
            }
        }
    }
}

fn routed(
    mut top: Vec<(String, f32)>,
    intent: Option<String>,
    human: bool,
    decline: bool,
) -> Routed {
    top.truncate(TOP);
    let confidence = top.first().map_or(0.0, |(_, p)| *p);
    let route = if human {
        Route::Human
    } else if decline {
        Route::Decline
    } else if confidence >= SURE {
        Route::Route
    } else {
        Route::Ask
    };
    let agent = top.first().map(|(agent, _)| agent.clone());
    let top = top.into_iter().map(|(agent, p)| Candidate { agent, p }).collect();
    Routed { agent, intent, confidence, route, top, why: None }
}

/// Pairs of label and text (RFC 4180: fields may be quoted, and then hold commas, line breaks and
/// doubled quotes).
fn examples(csv: &str) -> Result<Vec<(String, String)>, ExamplesError> {
    let mut records = records(csv.trim_start_matches('\u{feff}'))?.into_iter();
    let header = records.next().map(|(_, fields)| fields).unwrap_or_default();
    let header: Vec<&str> = header.iter().map(|field| field.trim()).collect();
    if header != ["text", "label"] {
        return Err(ExamplesError::Header);
    }
    let pair = |(line, fields): (usize, Vec<String>)| match <[String; 2]>::try_from(fields) {
        Ok([text, label]) if !label.trim().is_empty() => Ok((label.trim().to_owned(), text)),
        _ => Err(ExamplesError::Line(line)),
    };
    records.map(pair).collect()
}

fn records(csv: &str) -> Result<Vec<(usize, Vec<String>)>, ExamplesError> {
    let mut records = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut begun) = (false, 1, 1);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
        }
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            c if quoted => field.push(c),
            '"' if field.is_empty() => quoted = true,
            ',' => fields.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(std::mem::take(&mut field));
                let record = std::mem::take(&mut fields);
                if record != [""] {
                    records.push((begun, record));
                }
                begun = line;
            }
            c => field.push(c),
        }
    }
    if quoted {
        return Err(ExamplesError::Line(begun));
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((begun, fields));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        let check = |csv: &str, expected: &[(&str, &str)]| {
            let expected: Vec<_> =
                expected.iter().map(|(l, t)| ((*l).to_owned(), (*t).to_owned())).collect();
            assert_eq!(examples(csv).unwrap(), expected, "{csv:?}");
        };
        check("text,label\nhi,a\n", &[("a", "hi")]);
        check("\u{feff}text,label\r\n\"hi, you\",a\r\n", &[("a", "hi, you")]);
        check(
            "text,label\n\"say \"\"hi\"\"\nnow\",a\n\nbye,b",
            &[("a", "say \"hi\"\nnow"), ("b", "bye")],
        );
        for bad in ["", "hi,a\n", "text,label\nhi\n", "text,label\nhi,a,b\n", "text,label\n\"hi,a"]
        {
            assert!(examples(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn examples_alone_decide() {
        let csv = "text,label\nwhere is my parcel,track\nwhen does my package arrive,track\n\
                   I lost my card,lost\nmy card was stolen,lost\n";
        let router = Router::examples(csv).unwrap();
        let routed = router.route("my package has not arrived, where is my parcel");
        assert_eq!(routed.agent.as_deref(), Some("track"));
        assert_eq!(routed.top.len(), 2);
        let sum: f32 = routed.top.iter().map(|candidate| candidate.p).sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        assert!(Router::examples("text,label\na,b\n").is_err(), "one label is no choice");
    }

    #[test]
    fn what_spoke_for_it_is_told() {
        let csv = "text,label\nwhere is my parcel,track\nwhen does my package arrive,track\n\
                   I lost my card,lost\nmy card was stolen,lost\n";
        let told = Router::examples(csv).unwrap().explain("my parcel?").why.unwrap();
        assert_eq!(told[0].intent, "track");
        assert!(told[0].parts.iter().any(|it| it.text == "parcel" && it.weight > 0.0), "{told:?}");
        assert_eq!(told[0].examples[0].text, "where is my parcel");
        let told = Router::agents().explain("charged twice for A1001").why.unwrap();
        assert_eq!(told[0].intent, "double_charge");
        assert_eq!(told[0].agent.as_deref(), Some("billing"));
        assert!(!told[0].examples.is_empty() && !told[0].parts.is_empty(), "{told:?}");
    }

    proptest! {
        #[test]
        fn no_file_panics(csv in "[a-c,\"\n\r]{0,40}") {
            let _ = examples(&csv);
            let _ = examples(&format!("text,label\n{csv}"));
        }
    }
}
