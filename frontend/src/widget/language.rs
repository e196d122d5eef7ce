//! The page's language. The server puts the words of the visitor's beside the page; English is at hand.

use leptos::prelude::document;
use wasm_bindgen::JsValue;

use super::{
    json::{self, Json},
    seen::Handoff,
};

thread_local! {
    /// From English words to those of this page; null where it is English.
    static TEXTS: JsValue = {
        let texts = document().get_element_by_id("texts").and_then(|texts| texts.text_content());
        texts.map_or(JsValue::NULL, |texts| json::parse(&texts))
    };
}

/// What stands for these English words; themselves if nothing does, such as what an agent wrote.
pub fn said(english: &str) -> String {
    let own = TEXTS.with(|texts| texts.get(english).text());
    own.unwrap_or_else(|| english.to_owned())
}

/// What the visitor is told of a change of owner, if the page's language has words for it.
pub fn notice(handoff: &Handoff) -> Option<String> {
    TEXTS.with(|texts| retold(texts, handoff))
}

/// The notice in the language of `texts`, if it is one of the server's usual ones.
fn retold(texts: &impl Json, handoff: &Handoff) -> Option<String> {
    texts
        .get("notices")
        .items()
        .iter()
        .find_map(|pair| {
            let [english, own] = <[_; 2]>::try_from(pair.items()).ok()?;
            (filled(&english.text()?, handoff) == handoff.notice).then(|| own.text())?
        })
        .map(|own| filled(&own, handoff))
}

/// `pattern` with the names in the places of `{from}` and `{to}`.
fn filled(pattern: &str, handoff: &Handoff) -> String {
    let part = |part| match part {
        "from" => handoff.from.name.as_str(),
        "to" => handoff.to.name.as_str(),
        words => words,
    };
    pattern.split(['{', '}']).map(part).collect()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use serde_json::Value;
    use shared::event::{ApprovalState, RefundState};

    use super::*;
    use crate::{api::Failure, conversation::party::Party, text};

    /// Each language's file, by its name.
    fn languages() -> Vec<(String, Value)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/texts");
        let read = |path: &Path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON"))
        };
        let files = fs::read_dir(folder).expect("the folder");
        files.map(|file| read(&file.expect("a file").path())).collect()
    }

    /// All that the widget says by itself.
    fn english() -> BTreeSet<String> {
        use ApprovalState as A;
        use RefundState as R;
        let refunds =
            [R::Waiting, R::Pending, R::Unknown, R::Succeeded, R::Failed, R::Declined, R::Expired];
        let approvals = [A::Waiting, A::Approved, A::Declined, A::Expired];
        let failures = [Failure::Unreachable, Failure::Garbled];
        let between = |text: &'static str, open: &'static str, close: &'static str| {
            text.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
        };
        let shell = between(include_str!("../../static/shell.html"), "{{say:", "}}")
            .chain(between(include_str!("../../static/shell.js"), "said('", "')"));
        let all = text::ALL.iter().chain(&text::SCORES).copied();
        let all =
            all.chain(refunds.map(text::refund_state)).chain(approvals.map(text::approval_state));
        let all = all.chain(shell).map(str::to_owned);
        all.chain(failures.map(|failure| failure.message().to_owned())).collect()
    }

    #[test]
    fn every_language_says_everything_and_nothing_else() {
        let english = english();
        assert!(english.contains("Talk to a person") && english.len() > 40);
        let languages = languages();
        assert!(languages.len() >= 10);
        for (language, texts) in languages {
            let texts = texts.as_object().expect("an object");
            let keys: BTreeSet<_> = texts.keys().filter(|key| *key != "notices").cloned().collect();
            assert_eq!(keys, english, "{language}");
            for (words, own) in texts.iter().filter(|(key, _)| *key != "notices") {
                let own = own.as_str().expect("text");
                // They stand in a document as they are.
                assert!(
                    !own.trim().is_empty() && !own.contains(['<', '>', '&', '"']),
                    "{language}: {words}"
                );
            }
        }
    }

    #[test]
    fn a_notice_is_retold_and_what_is_none_is_left() {
        let handoff = |notice: &str| Handoff {
            from: Party { kind: "staff", name: "Ada {to}".to_owned() },
            to: Party { kind: "agent", name: "Mia".to_owned() },
            notice: notice.to_owned(),
        };
        let languages = languages();
        let (_, german) = languages.iter().find(|(name, _)| name == "de").expect("German");
        let check = |notice: &str, told: Option<&str>| {
            assert_eq!(retold(german, &handoff(notice)).as_deref(), told, "{notice}");
        };
        check("Mia answers now.", Some("Mia antwortet jetzt."));
        check(
            "Ada {to} handed the conversation to Mia, our assistant.",
            Some("Ada {to} hat die Unterhaltung an Mia übergeben, unseren Assistenten."),
        );
        check("Bob answers now.", None);
        assert_eq!(retold(&Value::Null, &handoff("Mia answers now.")), None);
    }

    #[test]
    fn every_language_knows_the_same_notices() {
        for (language, texts) in languages() {
            for pair in texts["notices"].items() {
                let [english, own] = <[Value; 2]>::try_from(pair.items()).expect("a pair");
                let names = |text: &Value| {
                    ["{from}", "{to}"].map(|name| text.as_str().expect("text").contains(name))
                };
                assert_eq!(names(&english), names(&own), "{language}: {english}");
            }
        }
    }
}
