//! A light guess at the language of a short text, by its script and its commonest words.

use super::features;

/// The language of `text` as a BCP 47 primary tag; `None` if it does not say.
pub fn guess(text: &str) -> Option<&'static str> {
    let normal = features::normalise(text);
    if let Some(script) = by_script(&normal) {
        return Some(script);
    }
    let words: Vec<&str> =
        normal.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let hits = |list: &str| {
        let known = |word: &&&str| list.split(' ').any(|listed| listed == **word);
        words.iter().filter(known).count()
    };
    let scored = WORDS.iter().map(|(tag, list)| (hits(list), *tag));
    // The first of equals wins, and English stands first.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (best.0 > 0).then_some(best.1)
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
        "the a an i my is are was were you your to of and for it that this have has do does what where when how can not no please order want need with on me money back hello hi yes thanks",
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
        check("A1001", None);
        check("", None);
        check("\u{0}\u{202e}😀", None);
    }
}
