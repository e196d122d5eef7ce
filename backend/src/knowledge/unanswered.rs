//! Questions that nothing covered, those alike together.

use std::collections::BTreeSet;

use super::{
    Found, Knowledge, Wanted,
    stop_words::LISTS,
    words::{guess, words},
};
use crate::storage::rows::AskedInVain;

/// Two questions of which this share of the words are the same are one.
const SAME: f32 = 0.5;
/// The language of a question whose small words do not tell.
const LIKELY: &str = "en";

/// Questions that are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// Each time it was asked, newest first; never empty.
    pub asked: Vec<AskedInVain>,
    /// The article that would answer it by now, if one would.
    pub covered_by: Option<Found>,
}

/// Puts those together that are alike; `asked` and the answer are newest first.
pub fn group(asked: Vec<AskedInVain>, knowledge: &Knowledge) -> Vec<Unanswered> {
    let mut groups: Vec<(BTreeSet<String>, Vec<AskedInVain>)> = Vec::new();
    for it in asked {
        let words = said(&it.question);
        match groups.iter_mut().find(|(known, _)| alike(known, &words) >= SAME) {
            Some((_, group)) => group.push(it),
            None => groups.push((words, vec![it])),
        }
    }
    let covered = |(_, asked): (_, Vec<AskedInVain>)| {
        let wanted = Wanted { collections: &[], language: None, most: 1 };
        let newest = asked.first().map(|it| it.question.as_str()).unwrap_or_default();
        let found = knowledge.search(newest, wanted).pop();
        let covered_by = found.map(|it| Found { slug: it.slug, title: it.title, score: it.score });
        Unanswered { asked, covered_by }
    };
    groups.into_iter().map(covered).collect()
}

/// What a question says, in words that can be compared; where it has none, all of it.
fn said(question: &str) -> BTreeSet<String> {
    let language = guess(question, LISTS.iter().map(|(language, _)| *language)).unwrap_or(LIKELY);
    let words: BTreeSet<String> = words(question, language).into_iter().collect();
    if words.is_empty() { BTreeSet::from([question.trim().to_lowercase()]) } else { words }
}

/// The share of the words of both that both have (Jaccard's index).
fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let (both, all) = (a.intersection(b).count(), a.union(b).count());
    let small = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    small(both) / small(all.max(1))
}

#[cfg(test)]
mod tests {
    use shared::time::Timestamp;

    use super::*;
    use crate::knowledge::demo_articles;

    #[test]
    fn questions_that_are_alike_are_one() {
        let asked = [
            "Do you sell parrots?",
            "is the lamp dimmable",
            "Can I buy a parrot? do you sell parrots",
            "do you sell PARROTS??",
            "???",
            "Verkauft ihr Papageien?",
            "how long does shipping take",
        ];
        let asked = asked.iter().zip(1..).map(|(question, seq)| AskedInVain {
            conversation: "cnv_1".parse().expect("an id"),
            seq,
            at: Timestamp(i64::try_from(100 - seq).expect("small")),
            question: (*question).to_owned(),
        });
        let knowledge = Knowledge::build(demo_articles().expect("articles"));
        let groups = group(asked.collect(), &knowledge);
        let seqs: Vec<Vec<u64>> =
            groups.iter().map(|it| it.asked.iter().map(|it| it.seq).collect()).collect();
        assert_eq!(seqs, [vec![1, 3, 4], vec![2], vec![5], vec![6], vec![7]]);
        let covered: Vec<Option<&str>> =
            groups.iter().map(|it| it.covered_by.as_ref().map(|it| it.slug.as_str())).collect();
        assert_eq!(covered, [None, None, None, None, Some("shipping")]);
    }
}
