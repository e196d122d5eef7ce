//! What the words of a message say by themselves: money back, twice, not arrived, yes and no.

use std::sync::LazyLock;

use classifier::features::normalise;
use regex::Regex;

use super::{
    lexicon::{self, pattern},
    long,
    scene::values,
    slots,
};

/// An answer to a question has at most this many words.
pub const ANSWER_WORDS: usize = 8;
/// What leans on an earlier message has at most this many words.
const LEANING_WORDS: usize = 6;

/// Whether the text plainly asks for money back now: the words of a request, no question of
/// whether, no "not".
pub fn asks_for_money_back(text: &str) -> bool {
    if long::is_long(text) {
        let refuses = REFUSES_REFUND.is_match(&normalise(text));
        return !refuses && long::sentences(text).into_iter().any(asks_in_a_sentence);
    }
    asks_in_a_sentence(text)
}

fn asks_in_a_sentence(text: &str) -> bool {
    let text = normalise(text);
    let asks_whether = text.contains('?') && !POLITE.is_match(&text);
    MONEY_BACK.is_match(&text)
        && !asks_whether
        && !HYPOTHETICAL.is_match(&text)
        && !REFUSES_REFUND.is_match(&text)
}

/// Whether the text speaks of paying twice.
pub fn speaks_of_twice(text: &str) -> bool {
    TWICE.is_match(&normalise(text))
}

/// Which of a list is meant ("the second one"), counted from zero; `None` if the text says more
/// than that.
pub fn place_in_list(text: &str) -> Option<usize> {
    const PLACES: [(&str, &str); 5] = [
        ("first", "1st"),
        ("second", "2nd"),
        ("third", "3rd"),
        ("fourth", "4th"),
        ("fifth", "5th"),
    ];
    let normal = normalise(text);
    let words: Vec<&str> = normal.split(|c: char| !c.is_alphanumeric()).collect();
    let is_short = words.len() <= ANSWER_WORDS;
    PLACES.iter().position(|(word, short)| {
        is_short && words.iter().any(|said| said == word || said == short)
    })
}

/// Whether the text goes on with what was asked before: "and to France?".
pub fn goes_on(text: &str) -> bool {
    GOES_ON.is_match(&normalise(text))
}

/// Whether the text is short and leans on what was said before.
pub fn leans(text: &str) -> bool {
    let normal = normalise(text);
    normal.split(' ').count() <= LEANING_WORDS && LEANS.is_match(&normal)
}

/// Whether the text only asks how it goes on: "so?", "any news?".
pub fn nudges(text: &str) -> bool {
    NUDGES.is_match(&normalise(text))
}

/// Whether the text asks what something costs.
pub fn asks_the_price(text: &str) -> bool {
    PRICE.is_match(&normalise(text))
}

/// Whether the text wants all of it.
pub fn wants_all(text: &str) -> bool {
    WHOLE.is_match(&normalise(text))
}

/// Whether the text speaks of the newest one, of orders or invoices.
pub fn means_newest(text: &str) -> bool {
    NEWEST.is_match(&normalise(text))
}

/// Whether the text says that something did not arrive.
pub fn says_not_arrived(text: &str) -> bool {
    NOT_ARRIVED.is_match(&normalise(text))
}

/// Whether the text says no to what was asked: "no problem" does not.
pub fn says_no(text: &str) -> bool {
    let normal = normalise(text);
    NO.is_match(&normal) && !NO_MATTER.is_match(&normal)
}

/// Whether the text puts something in the place of what was said before: "sorry, where is …".
pub fn starts_over(text: &str) -> bool {
    let normal = normalise(text);
    STARTS_OVER.is_match(&normal) && !ADDS.is_match(&normal)
}

/// The order ids that a text means: those that it does not take back ("A1002, not A1001", "A1001,
/// sorry, A1002").
pub fn orders_meant(text: &str) -> Vec<String> {
    let corrected = CORRECTED.find_iter(text).last().filter(|_| !ADDS.is_match(&normalise(text)));
    if let Some((before, after)) = corrected.map(|hit| text.split_at(hit.start()))
        && !values(&slots::find(before), "order").is_empty()
        && !values(&slots::find(after), "order").is_empty()
    {
        return orders_meant(after);
    }
    let slots = slots::find(text);
    let normal = normalise(text);
    let named = values(&slots, "order");
    let taken_back = |order: &String| {
        let id = order.to_lowercase();
        [
            "not ",
            "not order ",
            "nicht ",
            "instead of ",
            "instead of order ",
            "pas ",
            "niet ",
            "não ",
        ]
        .iter()
        .any(|not| normal.contains(&format!("{not}{id}")))
    };
    named.into_iter().filter(|order| !taken_back(order)).collect()
}

/// Anger or danger that a person should know of at once, in the newest message.
pub fn is_emergency(text: &str) -> bool {
    lexicon::safety(text).is_some()
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $visible:vis $name:ident = $text:expr;)+) => {$(
        $(#[$doc])*
        $visible static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));
    )+};
}

patterns! {
    /// A yes.
    pub YES = r"^(?:yes|yep|yeah|yup|ya|sure|ok|okay|please do|do it|go ahead|correct|exactly|right|of course|absolutely|definitely|ja|jawohl|klar|gerne?|genau|natürlich|einverstanden|oui|ouais|d'accord|volontiers|bien sûr|sí|si|sì|vale|claro|de acuerdo|certo|va bene|sim|isso|graag|prima|doe maar|tak|jasne|da|sounds good|fine|refund it|confirmed?|i confirm|that'?s (?:right|correct|it)|please)\b";
    /// A no.
    pub NO = r"^(?:no|nope|nah|not|don'?t|do not|never|nein|lieber nicht|non|não|nee|liever niet|nie|stop|cancel|wait)\b";
    NO_MATTER = r"^(?:no|not a) (?:problem|worries|rush|hurry)\b|^(?:not bad|never mind if)\b";
    STARTS_OVER = r"^(?:oh |ah |ok )?(?:no|wait|sorry|actually|oops|i mean|i meant|rather|scratch that|correction|hold on)\b|\binstead\b";
    CORRECTED = r"(?i)\b(?:sorry|no wait|i mean|i meant|rather|correction|oops|scratch that|make that|actually|ich meine|ich meinte|sondern|doch|je veux dire|plutôt|pardon|quiero decir|perdón|mejor dicho|volevo dire|anzi|quero dizer|desculpe|aliás|ik bedoel|ik bedoelde|toch|miałem na myśli|chodzi mi o|przepraszam)\b";
    ADDS = r"\b(?:also|too|as well|another|both)\b";
    WHOLE = r"\b(?:everything|the whole|whole order|all of it|full (?:amount|refund|order)|in full|entire|both (?:charges|payments))\b";
    /// Chooses one of several.
    pub WHICH_ONE = r"\b(?:last|latest|newest|recent|first|second|third|one|that|this|most recent|older|oldest)\b|\d";
    /// Corrects what was said before.
    pub CORRECTS = r"\b(?:i mean|i meant|meant|not|instead|sorry|wrong|oops|correction|rather|actually|typo|it'?s|its|it is|number is|order is)\b|^no\b";
    MONEY_BACK = r"\b(?:refund\w*|refnud|refudn|refun|refud|reufnd|refound|money back|mony back|moeny back|money bck|monney back|cash back|pay(?:ment)? back|paid back|reimburs\w*|repay\w*|give (?:me )?(?:it|that|them|the (?:money|amount|second (?:one|charge|payment))|my money|one (?:payment|charge)) back|(?:return|get|want|have) (?:me )?(?:the|my) money|second (?:one|charge|payment) back|geld zurück|zurückerstatt\w*|erstatt\w*|rückerstattung|rembours\w*|reembols\w*|devolu\w*|devuel\w*|devolver|rimbors\w*|terugbetal\w*|geld terug|zwrot\w*|zwróć\w*)\b";
    POLITE = r"\b(?:please|pls|plz|(?:can|could|will|would) you|i want|i need|i would like|i'?d like|bitte|por favor|s'il vous plaît|per favore|proszę)\b";
    HYPOTHETICAL = r"\b(?:shall i|should i|you said|can i (?:still )?(?:get|have|claim|ask)|could i|may i|am i|would i|is it (?:possible|too late)|is (?:order |it |my order )?\w* ?refundable|how (?:long|do|does|much|would|can|many|to)|what (?:has )?(?:happened|happens|became|become)|what(?:'?s| is) (?:going on|happening)|what if|if i|eligible|possible to|policy|policies|do you (?:do|offer|give)|when (?:will|do|does|can)|where(?:'s| is)|status|promised|was i|were you|have you|did you|has my)\b";
    /// Wants no refund, or no longer.
    pub REFUSES_REFUND = r"\b(?:do not|don'?t|dont|no longer|not|never) (?:really )?(?:want|need|asked? for|asking for|like|wish)? ?(?:to have |to get )?(?:a |any |the |my |your )?(?:refund(?:ed)?|money back|reimbursement)\b|\b(?:cancel|stop|withdraw|forget(?: about)?) (?:the|my|that|this) refund\b";
    /// Speaks of something that was made twice.
    pub TWICE = r"\b(?:twice|twise|twic|tiwce|twcie|double|doubled|doubble|two times|2 ?x|2 times|two (?:identical )?(?:charges|payments|debits|bookings|withdrawals)|2 (?:identical )?(?:charges|payments|debits|bookings|withdrawals)|duplicate[ds]?|duplicat|second (?:charge|payment|time|one|debit|booking)|one of (?:the|these|those) (?:two )?(?:charges|payments)|both charges|zweimal|doppelt|deux fois|dos veces|due volte|duas vezes|twee keer|dubbel|dwa razy|podwójnie)\b";
    /// Speaks of paying.
    pub PAID = r"\b(?:charge[ds]?|paid|pay|payments?|bank|card|statement|debit(?:ed)?|booked|billed|account|money|amount|transaction|withdrawals?|€|eur)\b|€";
    NUDGES = r"^(?:(?:ok(?:ay)?|and|so|well|hi|hello)[ ,.!]*)*(?:so|and|well|now|and now|now what|what now|what next|and then|any (?:news|updates?|progress)|what happens (?:now|next)|what about (?:it|that|my (?:case|request|problem|issue))|what did (?:they|he|she|sam) say|go on|continue|are you there|anybody there|hello)[ ?!.…]*$";
    /// Asks for a reason.
    pub WHY = r"^(?:but |and |so )?(?:why|how come|for what reason|what'?s the reason|warum|pourquoi|por qué|perché|waarom|dlaczego)\b";
    GOES_ON = r"^(?:and|what about|how about|und|et|y|e)\b";
    PRICE = r"\b(?:how much|costs?|price|expensive|pay|was kostet|combien|cuánto|quanto)\b";
    /// Leans on what was said before: "cancel it", "how much is that".
    LEANS = r"\b(?:it|that|this|them|those)\b";
    /// Speaks of ending something.
    pub ENDS = r"\b(?:cancel|end|stop|quit|terminate|unsubscribe|pause)\b";
    /// Insists on what was said before.
    pub INSISTS = r"\b(?:mine|my order|sure|certain|correct|definitely|it is|i (?:did )?(?:ordered|order|bought|paid))\b";
    /// Says no to what somebody might do: "no refund needed", "do not refund".
    pub DENIES = r"\b(?:no|not|never|without|n't|don'?t|won'?t|refuse|decline|nicht|kein\w*|pas|non)\b";
    /// Speaks of an order without saying what about it.
    pub ABOUT_AN_ORDER = r"\b(?:help|questions?|problems?|issues?|trouble) (?:with|about|regarding|on) (?:my|an|the|one of my|a) (?:\w+ )?(?:orders?|purchase)\b.{0,3}$";
    NEWEST = r"\b(?:last|latest|newest|most recent|recent|current)\b";
    NOT_ARRIVED = r"\b(?:not|never|n'?t|hasnt|havent|didnt|still no|no sign|nothing) (?:\w+ ){0,3}?(?:received?|got(?:ten)?|get|arrived?|here|come|came|reached|there|package|parcel)\b|(?:hasn't|haven't|didn't|isn't) (?:\w+ ){0,2}?(?:received?|got|get|arrived?|here|come|reached)\b|\b(?:nicht|nichts|nie) (?:\w+ ){0,2}?(?:angekommen|erhalten|bekommen|da)\b|\bpas (?:\w+ ){0,2}?(?:reçue?|arrivée?s?)\b|\bno (?:me )?(?:ha|he|han) (?:llegado|recibido)\b|\bnon (?:è|ho) (?:\w+ ){0,2}?(?:arrivat\w|ricevut\w)\b|\bnão (?:recebi|chegou)\b|\bniet (?:\w+ ){0,2}?(?:ontvangen|aangekomen|gekregen)\b|\bnie (?:dotarł\w*|dostał\w*|otrzymał\w*|przysz\w+)\b";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_requests_are_told_from_questions() {
        for text in [
            "I was charged twice for order A1001 and want my money back",
            "refund A1002 please",
            "can you refund order A1002?",
            "I'd like to be reimbursed for A1001",
            "Charged two times for A1001, I want the second one back",
            "Ich möchte mein Geld zurück für A1001",
        ] {
            assert!(asks_for_money_back(text), "{text}");
        }
        for text in [
            "can I get a refund for A1002?",
            "Is A1002 refundable?",
            "how do refunds work for A1002",
            "I don't want a refund for A1002, I want a new one",
            "where is my refund for A1002",
            "cancel the refund of A1002",
            "when will I get my money back for A1002",
            "A1002",
        ] {
            assert!(!asks_for_money_back(text), "{text}");
        }
    }

    #[test]
    fn what_is_taken_back_is_not_meant() {
        let check = |text: &str, orders: &[&str]| assert_eq!(orders_meant(text), orders, "{text}");
        check("no, A1002", &["A1002"]);
        check("I meant A1002, not A1001", &["A1002"]);
        check("A1001 and A1002", &["A1001", "A1002"]);
        check("not A1001", &[]);
        check("refund A1002, sorry, I mean A1001", &["A1001"]);
        check("A1001, actually A1002 too", &["A1001", "A1002"]);
        check("sorry, it is about A1001 and A1002", &["A1001", "A1002"]);
    }
}
