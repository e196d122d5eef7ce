//! The language of a short text: by its script, else by the letters that follow each other in the
//! shipped examples of each language.

use std::{collections::HashMap, sync::LazyLock};

use classifier::features;

use crate::brain::{defaults, packs};

/// The best language must be this much likelier than the next (in nats), or the text does not say.
/// English takes less: it is answered where nothing else is known.
const SURE: f32 = 2.0;
const SURE_OF_ENGLISH: f32 = 0.5;
/// Fewer letters than `FEW_LETTERS` may be anybody's ("so?"), and must say it more plainly.
const SURE_OF_FEW: f32 = 5.0;
const FEW_LETTERS: usize = 8;
/// A commonest word says as much as this.
const WORD: f32 = 2.0;
/// More words tell nothing new.
const READ_WORDS: usize = 60;

/// The language of `text` as a BCP 47 primary tag; `None` if it does not say.
pub fn guess(text: &str) -> Option<&'static str> {
    let normal = features::normalise(text);
    if let Some(script) = by_script(&normal) {
        return Some(script);
    }
    let words: Vec<&str> = normal
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic) && !word.contains(is_digit))
        .take(READ_WORDS)
        .collect();
    let mut scored: Vec<(f32, &'static str)> = LETTERS
        .languages
        .iter()
        .zip(WORDS)
        .enumerate()
        .map(|(at, (language, (tag, common)))| {
            let known = |word: &&&str| common.split(' ').any(|listed| listed == **word);
            let common = WORD * real(words.iter().filter(known).count());
            let letters: f32 = words
                .iter()
                .flat_map(|word| trigrams(word))
                .map(|it| ((LETTERS.count(at, &it) + SMOOTH) / (language + SMOOTH * SPACE)).ln())
                .sum();
            (letters + common, tag)
        })
        .collect();
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    let sure = if letters < FEW_LETTERS { SURE_OF_FEW } else { SURE };
    // The first of equals wins, and English stands first.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    match scored[..] {
        [(best, "en"), (next, _), ..] if best - next >= SURE_OF_ENGLISH => Some("en"),
        [(best, tag), (next, _), ..] if best - next >= sure => Some(tag),
        _ => None,
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// What every trigram is counted beyond its count, and about how many there are (Lidstone).
const SMOOTH: f32 = 0.3;
const SPACE: f32 = 8_000.0;

struct Letters {
    /// How often three letters follow each other, by language.
    counts: HashMap<[char; 3], [f32; WORDS.len()]>,
    /// How many there are, by language.
    languages: [f32; WORDS.len()],
}

impl Letters {
    fn count(&self, language: usize, letters: &[char; 3]) -> f32 {
        self.counts.get(letters).map_or(0.0, |counts| counts[language])
    }
}

static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let mut letters = Letters { counts: HashMap::new(), languages: [0.0; WORDS.len()] };
    let mut add = |language: usize, text: &str| {
        let normal = features::normalise(text);
        let words = normal.split(|c: char| !c.is_alphanumeric());
        for word in words.filter(|word| !word.is_empty() && !word.contains(is_digit)) {
            for it in trigrams(word) {
                letters.counts.entry(it).or_default()[language] += 1.0;
                letters.languages[language] += 1.0;
            }
        }
    };
    let agents = defaults::agents();
    let english = agents.iter().flat_map(|agent| &agent.examples);
    // A few of these are in other languages.
    for example in english.chain(defaults::small_talk()).chain(defaults::out_of_scope()) {
        add(0, &example.text);
    }
    for (at, (tag, common)) in WORDS.iter().enumerate() {
        add(at, common);
        let packs = packs::packs().iter().filter(|pack| pack.language == *tag);
        for example in packs.flat_map(|pack| &pack.examples) {
            add(at, &example.text);
        }
    }
    letters
});

/// Three letters in a row, the borders of the word among them.
fn trigrams(word: &str) -> Vec<[char; 3]> {
    let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
    letters.windows(3).map(|it| [it[0], it[1], it[2]]).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^24")]
fn real(n: usize) -> f32 {
    n as f32
}

fn by_script(text: &str) -> Option<&'static str> {
    let count = |from: char, to: char| text.chars().filter(|c| (from..=to).contains(c)).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let most = |n: usize| n * 2 > letters;
    if count('\u{3040}', '\u{30ff}') > 0 && !most(count('a', 'z')) {
        return Some("ja");
    }
    let scripts = [
        (count('\u{4e00}', '\u{9fff}'), "zh"),
        (count('\u{ac00}', '\u{d7af}'), "ko"),
        (count('\u{0600}', '\u{06ff}'), "ar"),
        (count('\u{0590}', '\u{05ff}'), "he"),
        (count('\u{0400}', '\u{04ff}'), "ru"),
    ];
    scripts.into_iter().find(|(n, _)| most(*n)).map(|(_, tag)| tag)
}

const WORDS: [(&str, &str); 8] = [
    (
        "en",
        "the a an i my is are was were you your to of and for it that this have has do does what where when how can not no please order want need with on me money back hello hi yes thanks so ok sure",
    ),
    (
        "de",
        "der die das ich mein meine meinen ist sind war waren sie ihr ihre zu und für es nicht kein keine bitte wo wann wie was kann habe hat möchte will mit einem einen eine ein bestellung rechnung geld zurück hallo ja nein danke auf mir wurde zweimal guten",
    ),
    (
        "fr",
        "le la les je mon ma mes est sont été vous votre à de et pour il elle ce cette pas ne où quand comment que quoi puis ai veux voudrais avec un une des commande facture argent bonjour oui non merci sur moi deux fois du",
    ),
    (
        "es",
        "el la los las yo mi mis es son está usted su y para por no dónde donde cuándo cómo qué puedo he quiero quisiera con un una unos pedido factura dinero hola sí gracias me dos veces del buenos",
    ),
    (
        "it",
        "il lo la gli le io mio mia è sono stato lei suo di e per non dove quando come che cosa posso ho voglio vorrei con un una ordine fattura soldi ciao sì grazie mi due volte del buongiorno indietro",
    ),
    (
        "pt",
        "o a os as eu meu minha é são foi você seu sua e para por não onde quando como que posso tenho quero gostaria com um uma pedido fatura dinheiro olá sim obrigado obrigada me duas vezes do meus",
    ),
    (
        "nl",
        "de het ik mijn is zijn was u uw je jouw en voor niet geen waar wanneer hoe wat kan heb heeft wil graag met een bestelling factuur geld terug hallo ja nee bedankt op twee keer van alstublieft",
    ),
    (
        "pl",
        "ja mój moja moje jest są był pan pani i dla nie gdzie kiedy jak co mogę mam chcę chciałbym chciałabym proszę z zamówienie faktura pieniądze cześć dzień dobry tak dziękuję mi dwa razy zwrot na do się",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_in_many_languages() {
        let check = |text: &str, tag: Option<&str>| assert_eq!(guess(text), tag, "{text}");
        check("I was charged twice for order A1001", Some("en"));
        check("Wo ist meine Bestellung?", Some("de"));
        check("Je voudrais parler à un conseiller", Some("fr"));
        check("¿Dónde está mi pedido?", Some("es"));
        check("Vorrei parlare con un operatore", Some("it"));
        check("Não recebi o meu pedido", Some("pt"));
        check("Waar is mijn bestelling?", Some("nl"));
        check("Gdzie jest moje zamówienie?", Some("pl"));
        check("注文はどこですか", Some("ja"));
        check("我的订单在哪里", Some("zh"));
        check("أين طلبي", Some("ar"));
        check("איפה ההזמנה שלי", Some("he"));
        check("please refund A1002", Some("en"));
        check("I want a refund", Some("en"));
        check("bitte stornieren", Some("de"));
        check("Das Paket kam gestern völlig zerdrückt an", Some("de"));
        check("le colis est abîmé", Some("fr"));
        check("quiero cambiar la talla", Some("es"));
        check("o produto chegou estragado", Some("pt"));
        check("il pacco è arrivato aperto", Some("it"));
        check("het pakje was al open", Some("nl"));
        check("przesyłka była otwarta", Some("pl"));
        check("zwrot za A1001", Some("pl"));
        check("Hola", Some("es"));
        check("dziękuję", Some("pl"));
        for anybodys in ["so?", "sure", "ok", "no", "hm", "A1002?", "ja", "si"] {
            let heard = guess(anybodys);
            assert!(heard.is_none_or(|tag| tag == "en"), "{anybodys}: {heard:?}");
        }
        check("", None);
        check("\u{0}\u{202e}😀", None);
    }
}
