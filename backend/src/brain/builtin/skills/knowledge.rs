//! Answers from the knowledge base: the passage that answers is quoted and linked.

use std::sync::LazyLock;

use classifier::{concepts, features};
use regex::Regex;
use serde_json::{Value, json};
use shared::limits::QUERY_CHARS;

use super::list;
use crate::brain::Entry;
use crate::brain::builtin::{
    answer::{Answer, Needs},
    intents,
    lexicon::pattern,
    plan, said,
    scene::{Scene, cut},
    understand::Goal,
};

/// A sentence with the figure that was asked for weighs about as much as one with a word that no
/// other has.
const FIGURE: usize = 700;
/// Longest quotation, in characters.
const QUOTE_CHARS: usize = 420;
/// A question of at most this many words may lean on the one before ("and to France?").
const LEANING_WORDS: usize = 8;

/// Quotes what the pages say, or says that they say nothing.
pub fn answer(scene: &Scene<'_>, goal: &Goal) -> Needs<Answer> {
    let found = look(scene, goal, true)?;
    Ok(found.unwrap_or_else(|| miss(scene, goal)))
}

/// What sounds like nothing that a shop does may still stand in its pages: only what they do not
/// cover either is declined.
pub fn beyond(scene: &Scene<'_>) -> Needs<Answer> {
    let declined = || Answer::text(scene.say("out_of_scope", &[]));
    let Some(text) = scene.newest().filter(|_| scene.has("search_knowledge")) else {
        return Ok(declined());
    };
    // With the question before it, it would be covered by what that was about.
    let found = look(scene, &Goal::new("", text, 0.0), false)?;
    Ok(found.unwrap_or_else(declined))
}

/// Quotes what the pages say. With `leans`, a short question may lean on the one before it.
fn look(scene: &Scene<'_>, goal: &Goal, leans: bool) -> Needs<Option<Answer>> {
    let mut query = in_english(scene, goal);
    if leans
        && said::goes_on(&query)
        && let Some(fuller) = leaning(scene, &query)
    {
        query = fuller;
    }
    let mut found = passages(scene, &query)?;
    if leans
        && found.is_empty()
        && let Some(fuller) = leaning(scene, &query)
    {
        found = passages(scene, &fuller)?;
        query = fuller;
    }
    // The first is the one that the search holds most likely, and it leaves out what is unlikely.
    let Some(first) = found.first() else { return Ok(None) };
    // "And how long does it take?" stays on the page.
    let same_page = last_page(scene, &query).filter(|_| said::goes_on(&goal.text));
    let stays = same_page.and_then(|url| found.iter().find(|it| text_of(it, "url") == url));
    let passage = stays.unwrap_or(first);
    let quote = quote(text_of(passage, "text"), &query);
    let (title, url) = (text_of(passage, "title"), text_of(passage, "url"));
    let mut answer = Answer::text(scene.told_once(scene.say("answer", &[("quote", &quote)])));
    if !url.is_empty() {
        answer.sources.push((title.to_owned(), url.to_owned()));
    }
    Ok(Some(answer))
}

/// What to look for. The pages are in English: of another language what its words are about.
fn in_english(scene: &Scene<'_>, goal: &Goal) -> String {
    if scene.request.language == "en" {
        return cut(&goal.text, QUERY_CHARS);
    }
    let label = intents::get(&goal.intent).map_or("", |intent| intent.label.as_str());
    let words = features::words(&features::normalise(&goal.text));
    let about = words.iter().filter_map(|word| concepts::of(word));
    let words: Vec<&str> = label.split(' ').chain(about).collect();
    let query =
        if words.iter().all(|word| word.is_empty()) { goal.text.clone() } else { words.join(" ") };
    cut(query.trim(), QUERY_CHARS)
}

fn passages<'a>(scene: &Scene<'a>, query: &str) -> Needs<&'a [Value]> {
    Ok(list(&scene.need("search_knowledge", json!({ "query": query }))?["passages"]))
}

/// The page that the search before this one found.
fn last_page<'a>(scene: &Scene<'a>, query: &str) -> Option<&'a str> {
    scene.tenure().iter().rev().find_map(|entry| match entry {
        Entry::Called { name, args, ok: true, result, .. }
            if name == "search_knowledge" && args["query"] != query =>
        {
            result["passages"][0]["url"].as_str()
        }
        _ => None,
    })
}

/// A short question together with the one before it, which it may lean on.
fn leaning(scene: &Scene<'_>, query: &str) -> Option<String> {
    let is_short = query.split_whitespace().count() <= LEANING_WORDS;
    let before = scene.visitor_said().find(|said| !query.contains(&cut(said, QUERY_CHARS)));
    let before = before.filter(|_| is_short)?;
    Some(cut(&format!("{before} {query}"), QUERY_CHARS))
}

/// Without a clear intent it was no more than an attempt.
fn miss(scene: &Scene<'_>, goal: &Goal) -> Answer {
    if goal.intent.is_empty() {
        plan::unclear(scene)
    } else {
        scene.offer(scene.say("no_answer", &[]))
    }
}

fn text_of<'a>(passage: &'a Value, key: &str) -> &'a str {
    passage[key].as_str().unwrap_or_default()
}

/// The sentence that says most of what was asked, the rest of its paragraph, and all that stands
/// before it if there is room: an article says the main thing first.
fn quote(text: &str, question: &str) -> String {
    let (asked, figure) = (stems(question), figure(question));
    let paragraphs: Vec<Vec<String>> = text.split("\n\n").map(sentences).collect();
    let all: Vec<(usize, &str)> = paragraphs
        .iter()
        .enumerate()
        .flat_map(|(at, sentences)| sentences.iter().map(move |text| (at, text.as_str())))
        .collect();
    let stems: Vec<Vec<String>> = all.iter().map(|(_, text)| stems(text)).collect();
    // A word that only one sentence has tells more than one that all have; of equals the later in
    // the question, which has the particulars ("do you deliver on Saturdays").
    let rarity = |stem: &String| 1000 / stems.iter().filter(|s| s.contains(stem)).count().max(1);
    let weight = |at: usize, (place, stem): (usize, &String)| {
        if stems[at].contains(stem) { rarity(stem) + place } else { 0 }
    };
    let score = |at: usize| {
        let figure = figure.is_some_and(|figure| figure.is_match(all[at].1));
        asked.iter().enumerate().map(|it| weight(at, it)).sum::<usize>()
            + usize::from(figure) * FIGURE
    };
    let Some(best) = (0..all.len()).rev().max_by_key(|at| score(*at)) else {
        return String::new();
    };
    let length = |from: usize, to: usize| -> usize {
        all[from..=to].iter().map(|(_, text)| text.chars().count() + 1).sum()
    };
    let from = if length(0, best) <= QUOTE_CHARS { 0 } else { best };
    let same_paragraph = |to: &usize| all[*to].0 == all[best].0;
    let fits = |to: &usize| length(from, *to) <= QUOTE_CHARS;
    // "It takes:" is followed by what it takes.
    let goes_on = |to: &usize| {
        same_paragraph(to) || all[*to - 1].1.ends_with(':') || all[*to].0 == all[*to - 1].0
    };
    let to = (best + 1..all.len()).take_while(|to| goes_on(to) && fits(to)).last();
    let mut quote = String::new();
    let mut paragraph = all[from].0;
    for (of, sentence) in &all[from..=to.unwrap_or(best)] {
        let is_line = entry(sentence).is_some();
        if !quote.is_empty() {
            quote.push_str(match (*of == paragraph, is_line) {
                (true, false) => " ",
                (true, true) => "\n",
                (false, _) => "\n\n",
            });
        }
        paragraph = *of;
        quote.push_str(sentence);
    }
    quote.chars().take(QUOTE_CHARS * 2).collect()
}

/// What the sentence that answers must look like, if the question says so: how much, how long.
fn figure(question: &str) -> Option<&'static Regex> {
    static PRICE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\d ?(?:eur|usd|gbp|chf|pln|€|\$|£)|[€$£] ?\d|\bfree\b"));
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\d (?:working |business )?(?:minute|hour|day|week|month|year)s?\b")
    });
    static HOW_LONG: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\bhow long\b|\buntil when\b|\bhow (?:many|soon|quickly)\b"));
    static HOW_MUCH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\b(?:how much|costs?|prices?|fees?|expensive)\b"));
    let question = features::normalise(question);
    if HOW_MUCH.is_match(&question) {
        return Some(&PRICE);
    }
    HOW_LONG.is_match(&question).then_some(&*TIME)
}

/// The sentences of a paragraph; the entries of a list and the rows of a table are one each.
fn sentences(paragraph: &str) -> Vec<String> {
    let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
    let is_table = lines.len() > 2 && lines.iter().all(|line| line.starts_with('|'));
    if is_table {
        return lines.iter().skip(2).map(|row| self::row(row)).collect();
    }
    if lines.len() > 1 && lines.iter().all(|line| entry(line).is_some()) {
        let entries = lines.iter().filter_map(|line| entry(line));
        return entries.map(|(mark, text)| format!("{mark} {}", plain(text))).collect();
    }
    split(&plain(paragraph)).into_iter().map(str::to_owned).collect()
}

/// The mark and the text of a list's entry.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (mark, text) = line.split_once(' ')?;
    match mark {
        "-" | "*" => Some(("-", text)),
        _ => mark.strip_suffix('.')?.parse::<u8>().is_ok().then_some((mark, text)),
    }
}

/// "| elsewhere | 6 days | 14.90 EUR |" as "- elsewhere: 6 days, 14.90 EUR".
fn row(line: &str) -> String {
    let cells: Vec<String> = line.trim_matches('|').split('|').map(plain).collect();
    match cells.split_first() {
        Some((first, rest)) if !rest.is_empty() => format!("- {first}: {}", rest.join(", ")),
        _ => format!("- {}", cells.join(", ")),
    }
}

/// Markdown without its marks; links keep their words.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        rest = after.find(')').map_or("", |end| &after[end + 1..]);
    }
    out.push_str(rest);
    let unmarked = out.replace(['*', '#', '`', '[', '_', '>'], "");
    unmarked.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn split(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut from = 0;
    for (at, end) in text.match_indices(['.', '!', '?']) {
        let next = at + end.len();
        let closes = text[next..].starts_with(' ');
        if closes && next - from > 20 {
            sentences.push(text[from..next].trim());
            from = next;
        }
    }
    if !text[from..].trim().is_empty() {
        sentences.push(text[from..].trim());
    }
    sentences
}

/// The words that carry meaning, cut to their first letters: a stem good enough to compare.
fn stems(text: &str) -> Vec<String> {
    const EMPTY: &str = " what when where which your yours with have does this that there from they them would could should about please want need will long much many into than then been were because just only also some more most very here hello thanks tell know ";
    let words = features::words(&features::normalise(text)).into_iter();
    words
        .filter(|word| word.chars().count() > 3 && !EMPTY.contains(&format!(" {word} ")))
        .map(|word| word.chars().take(5).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_answers_is_quoted() {
        let check = |text: &str, asked: &str, quoted: &str| {
            assert_eq!(quote(text, asked), quoted, "{asked}");
        };
        let short =
            "We pack every parcel with care. Standard **delivery** takes [2 to 4 days](/x). Nice.";
        let quoted = "We pack every parcel with care. Standard delivery takes 2 to 4 days. Nice.";
        check(short, "how long does delivery take", quoted);
        let long = format!("{}\n\n{short}", "Nobody asked for that at all. ".repeat(14));
        check(&long, "how long does delivery take", "Standard delivery takes 2 to 4 days. Nice.");
        let table = "By post.\n\n| to | time | cost |\n|---|---|---|\n| Spain | 2 days | **5 EUR** |\n| elsewhere | 6 days | 9 EUR |";
        let quoted = "By post.\n\n- Spain: 2 days, 5 EUR\n- elsewhere: 6 days, 9 EUR";
        check(table, "how long to spain", quoted);
        check("1. Pack it.\n2. Send it.", "x", "1. Pack it.\n2. Send it.");
        check("", "x", "");
    }

    #[test]
    fn hostile_passages_stay_short() {
        let quote = quote(&"](".repeat(5_000), "x");
        assert!(quote.chars().count() <= QUOTE_CHARS * 2);
        assert!(super::quote(&"a. ".repeat(9_000), "x").chars().count() <= QUOTE_CHARS * 2);
    }
}
