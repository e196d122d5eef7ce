//! What the widget says in other languages than English: `frontend/static/texts/*.json`, each from
//! the English words to those of its language. It goes with the document, so that nobody sees English
//! first and nobody else pays for it.

use serde_json::Value;

use super::render::languages;

/// The widget's words, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    language: String,
    words: Value,
}

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 2] = ["ar", "he"];

impl Texts {
    /// Those of the first language asked for, by the page or by the browser, that there is; `written_in`
    /// finds them by a tag's first part. Without any they are English.
    pub fn choose(
        asked: Option<&str>,
        accepted: Option<&str>,
        written_in: impl Fn(&str) -> Option<Value>,
    ) -> Self {
        let known = |language: String| {
            let primary = primary(&language).to_ascii_lowercase();
            let words = if primary == "en" { Some(Value::Null) } else { written_in(&primary) };
            words.map(|words| Self { language, words })
        };
        let english = || Self { language: "en".to_owned(), words: Value::Null };
        languages(asked, accepted).into_iter().find_map(known).unwrap_or_else(english)
    }

    /// The language's tag, such as `pt-BR`.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The direction of writing, as HTML names it.
    pub fn direction(&self) -> &'static str {
        let primary = primary(&self.language);
        let turned = RIGHT_TO_LEFT.iter().any(|known| known.eq_ignore_ascii_case(primary));
        if turned { "rtl" } else { "ltr" }
    }

    /// What stands for these English words; themselves if nothing does.
    pub fn say<'a>(&'a self, english: &'a str) -> &'a str {
        self.words.get(english).and_then(Value::as_str).unwrap_or(english)
    }

    /// All of them; null where they are English.
    pub fn all(&self) -> &Value {
        &self.words
    }
}

fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_language_that_there_is_is_taken() {
        let written = |primary: &str| {
            ["de", "ar"].contains(&primary).then(|| json!({ "Send": format!("Send in {primary}") }))
        };
        let check = |asked: Option<&str>, accepted: Option<&str>, expected: [&str; 3]| {
            let texts = Texts::choose(asked, accepted, written);
            assert_eq!([texts.language(), texts.direction(), texts.say("Send")], expected);
            assert_eq!(texts.say("Nobody has put this"), "Nobody has put this");
        };
        check(Some("de-CH"), Some("ar"), ["de-CH", "ltr", "Send in de"]);
        check(Some("DE"), None, ["DE", "ltr", "Send in de"]);
        check(Some("sw"), Some("fi, AR-eg;q=0.9, de;q=0.1"), ["AR-eg", "rtl", "Send in ar"]);
        check(Some("en-GB"), Some("de"), ["en-GB", "ltr", "Send"]);
        check(Some("sw"), None, ["en", "ltr", "Send"]);
        check(Some("../de"), Some("\"><script>"), ["en", "ltr", "Send"]);
        check(None, None, ["en", "ltr", "Send"]);
    }

    #[test]
    fn the_way_to_a_person_has_the_words_of_the_agents_answer_to_press() {
        // The widget shows one of them, and knows it by its words.
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| -> Option<Value> {
            serde_json::from_slice(&std::fs::read(here.join(path)).ok()?).ok()
        };
        for language in ["de", "fr", "es", "pt", "it", "nl", "pl", "ja", "zh"] {
            let phrases = read(&format!("data/phrases/{language}.json")).unwrap();
            let texts = read(&format!("../frontend/static/texts/{language}.json")).unwrap();
            assert_eq!(phrases["person"][0], texts["Talk to a person"], "{language}");
        }
    }
}
