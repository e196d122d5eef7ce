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
/// What goes on with it without naming it, at most this many.
const GOING_ON_WORDS: usize = 3;

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
    let said = MONEY_BACK.find(&text);
    said.is_some_and(|said| !is_denied(&text[..said.start()], &text[said.end()..]))
        && !asks_whether
        && !HYPOTHETICAL.is_match(&text)
        && !REFUSES_REFUND.is_match(&text)
}

/// Whether what stands around some words says no to them: "keine Erstattung mehr". Money is not moved
/// on what may be a no; whoever meant a yes is asked once more.
fn is_denied(before: &str, after: &str) -> bool {
    const NEAR: usize = 4;
    let ends = [',', '.', ';', ':', '!', '?'];
    let before = before.rsplit(ends).next().unwrap_or_default().split_whitespace().rev();
    let after = after.split(ends).next().unwrap_or_default().split_whitespace();
    let near: Vec<&str> = before.take(NEAR).chain(after.take(NEAR / 2)).collect();
    near.iter().any(|word| NOT.is_match(word))
}

/// Whether the text speaks of paying twice.
pub fn speaks_of_twice(text: &str) -> bool {
    TWICE.is_match(&normalise(text))
}

/// Which of a list is meant ("the second one"), counted from zero; `None` if the text says more
/// than that.
pub fn place_in_list(text: &str) -> Option<usize> {
    // Beginnings, in all languages; a whole word where it is a short one.
    const PLACES: [&str; 5] = [
        "first 1st erste premi primer prim eerste pierwsz",
        "second 2nd zweite deuxi segund tweede drugi druga drugą",
        "third 3rd dritte troisi tercer terceir terz derde trzeci",
        "fourth 4th vierte quatri cuart quart vierde czwart",
        "fifth 5th fünfte cinqui quint vijfde piąt",
    ];
    let normal = normalise(text);
    let words: Vec<&str> = normal.split(|c: char| !c.is_alphanumeric()).collect();
    let is_short = words.len() <= ANSWER_WORDS;
    PLACES.iter().position(|beginnings| {
        let is_it = |said: &&str| beginnings.split(' ').any(|it| said.starts_with(it));
        is_short && words.iter().any(is_it)
    })
}

/// Whether the text goes on with what was asked before: "and to France?".
pub fn goes_on(text: &str) -> bool {
    GOES_ON.is_match(&normalise(text))
}

/// Whether the text is short and leans on what was said before: by "it", or because it goes on and
/// says hardly more ("and how much?").
pub fn leans(text: &str) -> bool {
    let normal = normalise(text);
    let words = normal.split(' ').count();
    (words <= LEANING_WORDS && LEANS.is_match(&normal))
        || (words <= GOING_ON_WORDS && GOES_ON.is_match(&normal))
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
            "pas la ",
            "no el ",
            "non l'",
            "niet ",
            "não ",
            "não a ",
            "nie ",
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
    pub YES = concat!(
        r"^(?:yes|yep|yeah|yup|ya|sure|ok|okay|please do|do it|go ahead|correct|exactly|right|of course|absolutely|definitely|ja|jawohl|klar|gerne?|genau|natürlich|einverstanden|oui|ouais|d'accord|volontiers|bien sûr|sí|si|sì|vale|claro|de acuerdo|certo|va bene|sim|isso|graag|prima|doe maar|tak|jasne|da|sounds good|fine|refund it|confirmed?|i confirm|that'?s (?:right|correct|it)|please",
        r"|jep|jo|machen sie das|mach das|bitte sehr|stimmt|passt|in ordnung|genehmigt|ja bitte",
        r"|allez-y|exactement|c'est ça|tout à fait|avec plaisir|faites(?:-le)?|s'il vous plaît|celle-là|celui-là",
        r"|adelante|hágalo|hazlo|correcto|exacto|por supuesto|así es|por favor",
        r"|pode ser|pode|faça|com certeza|exato|certo|por favor",
        r"|procedete|proceda|esatto|certamente|d'accordo|volentieri|per favore|faccia pure",
        r"|jazeker|inderdaad|klopt|akkoord|doe dat|alsjeblieft|alstublieft",
        r"|zgadza się|dobrze|poproszę|oczywiście|pewnie|dokładnie|zgoda|proszę",
        r")\b",
    );
    /// A no.
    pub NO = concat!(
        r"^(?:no|nope|nah|not|don'?t|do not|never|nein|lieber nicht|non|não|nee|liever niet|nie|stop|cancel|wait",
        r"|bitte nicht|doch nicht|besser nicht|warten sie",
        r"|surtout pas|plutôt pas|attendez|annulez",
        r"|mejor no|espere|espera|cancele",
        r"|melhor não|espere|cancela",
        r"|meglio di no|aspetti|aspetta|annulla",
        r"|liever niet|wacht|toch niet",
        r"|lepiej nie|czekaj|proszę nie",
        r")\b",
    );
    NO_MATTER = r"^(?:no|not a) (?:problem|worries|rush|hurry)\b|^(?:not bad|never mind if)\b|^(?:no hay|nie ma|nessun|não há) problem\w*";
    STARTS_OVER = concat!(
        r"^(?:oh |ah |ok )?(?:no|wait|sorry|actually|oops|i mean|i meant|rather|scratch that|correction|hold on",
        r"|nein|ach|moment|warte(?:n sie)?|eigentlich|entschuldigung|doch",
        r"|non|attendez|en fait|finalement|pardon|plutôt",
        r"|perdón|espere|espera|en realidad|mejor",
        r"|não|desculpe|espere|na verdade|afinal",
        r"|scusi|scusa|aspetti|aspetta|in realtà|anzi",
        r"|nee|sorry|wacht|eigenlijk|toch",
        r"|nie|przepraszam|czekaj|właściwie|jednak",
        r")\b|\binstead\b",
    );
    CORRECTED = r"(?i)\b(?:sorry|no wait|i mean|i meant|rather|correction|oops|scratch that|make that|actually|ich meine|ich meinte|sondern|doch|je veux dire|plutôt|pardon|quiero decir|perdón|mejor dicho|volevo dire|anzi|quero dizer|desculpe|aliás|ik bedoel|ik bedoelde|toch|miałem na myśli|chodzi mi o|przepraszam)\b";
    ADDS = concat!(
        r"\b(?:also|too|as well|another|both",
        r"|auch|ebenfalls|außerdem|beide",
        r"|aussi|également|les deux",
        r"|también|ambos|además",
        r"|também|ambos",
        r"|anche|entrambi",
        r"|ook|allebei",
        r"|też|także|oba|obie",
        r")\b",
    );
    WHOLE = concat!(
        r"\b(?:everything|the whole|whole order|all of it|full (?:amount|refund|order)|in full|entire|both (?:charges|payments)",
        r"|alles zurück|(?:die )?ganze bestellung|(?:den )?(?:ganzen|gesamten|vollen) betrag|beide (?:abbuchungen|zahlungen)",
        r"|toute la commande|(?:tout )?le montant total|en totalité|les deux (?:paiements|prélèvements)",
        r"|todo el pedido|importe (?:total|completo)|ambos cobros",
        r"|encomenda toda|pedido todo|valor total",
        r"|tutto l'ordine|l'intero (?:ordine|importo)|importo totale",
        r"|hele bestelling|hele bedrag|volledige bedrag",
        r"|całe zamówienie|całą kwotę|całość",
        r")\b",
    );
    /// Chooses one of several.
    pub WHICH_ONE = concat!(
        r"\b(?:last|latest|newest|recent|first|second|third|one|that|this|most recent|older|oldest",
        r"|letzte\w*|neueste\w*|erste\w*|zweite\w*|dritte\w*|diese\w*",
        r"|dernière?|première?|deuxième|troisième|celle-\w+|celui-\w+",
        r"|últim[oa]|primer[oa]?|segund[oa]|tercer[oa]?|es[ea]|est[ea]",
        r"|primeir[oa]|terceir[oa]|ess[ea]",
        r"|ultim[oa]|prim[oa]|second[oa]|terz[oa]|quell[oa]|quest[oa]",
        r"|laatste|nieuwste|eerste|tweede|derde|die|deze",
        r"|ostatni\w*|pierwsz\w*|drug\w*|trzeci\w*",
        r")\b|\d",
    );
    /// Corrects what was said before.
    pub CORRECTS = concat!(
        r"\b(?:i mean|i meant|meant|not|instead|sorry|wrong|oops|correction|rather|actually|typo|it'?s|its|it is|number is|order is",
        r"|nein|nicht|sondern|statt|ich meinte?|falsch\w*|verschrieben|vertippt",
        r"|non|pas|plutôt|erreur|trompée?|je voulais dire|je veux dire",
        r"|quería decir|quise decir|quiero decir|perdón|equivoc\w*|mejor dicho",
        r"|não|errad\w*|enganei|queria dizer|quero dizer|desculpe",
        r"|sbagliat\w*|volevo dire|anzi|scusi|intendevo",
        r"|nee|niet|verkeerd\w*|bedoel\w*|vergist|toch",
        r"|nie|pomyłka|pomylił\w*|chodzi\w*|przepraszam|miał[ea]m na myśli",
        r")\b|^no\b"
    );
    MONEY_BACK = concat!(
        r"\b(?:refund\w*|refnud|refudn|refun|refud|reufnd|refound|money back|mony back|moeny back|money bck|monney back|cash back|pay(?:ment)? back|paid back|reimburs\w*|repay\w*|give (?:me )?(?:it|that|them|the (?:money|amount|second (?:one|charge|payment))|my money|one (?:payment|charge)) back|(?:return|get|want|have) (?:me )?(?:the|my) money|second (?:one|charge|payment) back|geld zurück|zurückerstatt\w*|erstatt\w*|rückerstattung|rembours\w*|reembols\w*|devolu\w*|devuel\w*|devolver|rimbors\w*|terugbetal\w*|geld terug|zwrot\w*|zwróć\w*",
        r"|geld wieder\w*|(?:betrag|geld|kaufpreis|zahlung)(?: \w+){0,3} zurück\w*|gebt mir mein geld",
        r"|(?:récupérer|rendez-moi|rendre|ravoir) (?:mon|l'|mes|le|cet) ?(?:argent|montant)",
        r"|reintegr\w*|recuperar (?:el|mi) dinero|devolv\w*",
        r"|devolv\w*|estorn\w*|dinheiro de volta|(?:receber|recuperar) (?:o|meu|o meu) dinheiro",
        r"|(?:indietro (?:i (?:miei )?)?soldi)|soldi indietro|(?:riavere|rivoglio|ridatemi|restitui\w+) (?:i (?:miei )?soldi|il denaro|l'importo)",
        r"|terugstort\w*|(?:geld|bedrag) (?:weer )?terug\w*|betaal(?:t u)? (?:het |mij |me |maar |dat )*terug",
        r"|oddajcie (?:mi )?(?:moje )?pieniądze|odzyskać (?:moje )?pieniądze|zwróci\w*|pieniądze z powrotem",
        r")\b",
    );
    POLITE = concat!(
        r"\b(?:please|pls|plz|(?:can|could|will|would) you|i want|i need|i would like|i'?d like|bitte|por favor|s'il vous plaît|per favore|proszę",
        r"|ich (?:möchte|will|hätte gern\w*|brauche)|(?:können|könnten) sie|(?:kannst|könntest) du|könnt ihr",
        r"|(?:pouvez|pourriez)-vous|je (?:veux|voudrais|souhaite)|svp",
        r"|(?:puede|podría)[ns]?|quiero|quisiera|quería",
        r"|(?:pode|poderia)[m]?|quero|queria|gostaria",
        r"|(?:potete|potreste|può|potrebbe)|voglio|vorrei|volevo",
        r"|(?:kunt u|kun je|kunnen jullie)|ik (?:wil|wou)|graag|alstublieft",
        r"|(?:możecie|może pan\w*|mogą państwo)|chcę|chciał\w*|poproszę",
        r")\b",
    );
    HYPOTHETICAL = concat!(
        r"\b(?:shall i|should i|you said|can i (?:still )?(?:get|have|claim|ask)|could i|may i|am i|would i|is it (?:possible|too late)|is (?:order |it |my order )?\w* ?refundable|how (?:long|do|does|much|would|can|many|to)|what (?:has )?(?:happened|happens|became|become)|what(?:'?s| is) (?:going on|happening)|what if|if i|eligible|possible to|policy|policies|do you (?:do|offer|give)|when (?:will|do|does|can)|where(?:'s| is)|status|promised|was i|were you|have you|did you|has my",
        r"|(?:kann|könnte|darf|bekomme|kriege|würde|habe|hätte) ich (?:noch|denn|überhaupt|eine?n?|das|mein|auch)|ist es (?:noch )?möglich|wie lange|wann|wo (?:ist|bleibt)|habt ihr|haben sie|was ist mit",
        r"|(?:puis-je|pourrais-je|est-ce que je peux|ai-je|est-il possible|combien de temps|quand|où (?:est|en est)|comment)",
        r"|(?:puedo|podría yo|es posible|cuánto|cuándo|dónde|cómo|tengo derecho)",
        r"|(?:posso|será que|é possível|quanto tempo|quando|onde|como (?:faço|posso))",
        r"|(?:posso|si può|è possibile|quanto tempo|quando|dov'è|come (?:faccio|posso|si)|ho diritto)",
        r"|(?:kan ik|mag ik|krijg ik|is het mogelijk|hoe lang|wanneer|waar (?:is|blijft)|heb ik recht)",
        r"|(?:czy (?:mogę|można|dostanę|przysługuje)|kiedy|jak długo|gdzie|ile czasu|jak mogę)",
        r")\b",
    );
    /// Wants no refund, or no longer.
    pub REFUSES_REFUND = concat!(
        r"\b(?:do not|don'?t|dont|no longer|not|never) (?:really )?(?:want|need|asked? for|asking for|like|wish)? ?(?:to have |to get )?(?:a |any |the |my |your )?(?:refund(?:ed)?|money back|reimbursement)\b|\b(?:cancel|stop|withdraw|forget(?: about)?) (?:the|my|that|this) refund\b",
        r"|\b(?:(?:will|möchte|brauche|wünsche|wollen|möchten) (?:\w+ ){0,4}?keine? (?:mehr )?(?:\w+ )?(?:rück)?erstattung|(?:will|möchte) (?:mein|das) geld nicht",
        r"|(?:veux|voudrais|souhaite|demande) (?:\w+ )?(?:pas|plus) (?:\w+ ){0,3}?(?:de |d'|le |être )?rembours\w*|annule[rz] le remboursement",
        r"|no (?:quiero|necesito|deseo) (?:\w+ ){0,3}?(?:reembolso|devolución)|cancel\w* (?:el reembolso|la devolución)",
        r"|não (?:quero|preciso|desejo) (?:\w+ ){0,3}?(?:reembolso|devolução|estorno)|cancel\w* o reembolso",
        r"|non (?:voglio|vorrei|desidero|mi serve) (?:\w+ ){0,3}?rimborso|annulla\w* il rimborso",
        r"|(?:wil|hoef|wens) (?:\w+ ){0,3}?geen (?:\w+ )?terugbetaling|annuleer de terugbetaling",
        r"|nie (?:chcę|potrzebuję|chciał\w*) (?:\w+ ){0,3}?zwrotu|anuluj\w* zwrot",
        r")\b",
    );
    NOT = r"^(?:kein\w*|nicht|ne|pas|plus|aucune?|no|ningún|non|nessun\w*|não|nenhum\w*|niet|geen|nie|żadn\w*|without|ohne|sans|sin|senza|sem|zonder|bez)$";
    /// Speaks of something that was made twice.
    pub TWICE = concat!(
        r"\b(?:twice|twise|twic|tiwce|twcie|double|doubled|doubble|two times|2 ?x|2 times|two (?:identical )?(?:charges|payments|debits|bookings|withdrawals)|2 (?:identical )?(?:charges|payments|debits|bookings|withdrawals)|duplicate[ds]?|duplicat|second (?:charge|payment|time|one|debit|booking)|one of (?:the|these|those) (?:two )?(?:charges|payments)|both charges|zweimal|doppelt|deux fois|dos veces|due volte|duas vezes|twee keer|dubbel|dwa razy|podwójnie",
        r"|zwei mal|2 ?mal|doppelte[nrs]?|zweifach",
        r"|2 fois|en double|à double|doublon",
        r"|2 veces|por duplicado|doble|duplicad[oa]s?",
        r"|2 vezes|em duplicado|a dobrar|em dobro|dobro",
        r"|2 volte|doppi[oa]|in doppio",
        r"|tweemaal|2 keer|dubbele?",
        r"|dwukrotnie|2 razy|podwójn\w*|zdublowan\w*",
        r")\b",
    );
    /// Speaks of paying.
    pub PAID = concat!(
        r"\b(?:charge[ds]?|paid|pay|payments?|bank|card|statement|debit(?:ed)?|booked|billed|account|money|amount|transaction|withdrawals?|€|eur",
        r"|bezahlt|abgebucht|abbuchung\w*|belastet|\w*konto\w*|\w*karte|zahlung\w*|geld|betrag",
        r"|payée?s?|débit\w*|prélev\w*|compte|carte|paiements?|relevé|argent|montant",
        r"|cobr\w*|pagad\w*|pagos?|cargos?|tarjeta|cuenta|extracto|dinero|importe",
        r"|cobrad\w*|cobranç\w*|cartão|conta|extrato|debitad\w*|dinheiro|valor|pag\w+",
        r"|pagat\w*|addebit\w*|carta|conto|estratto|pagament\w*|soldi|importo",
        r"|betaald|betaling\w*|afgeschreven|afschrift|rekening|kaart|geld|bedrag",
        r"|zapłac\w*|pobran\w*|obciąż\w*|kart[aąęy]|konta|wyciąg\w*|płatnoś\w*|pieniądze|kwot\w*",
        r")\b|€",
    );
    NUDGES = r"^(?:(?:ok(?:ay)?|and|so|well|hi|hello)[ ,.!]*)*(?:und (?:jetzt|nun)|na und|und|also|gibt es (?:etwas )?neues|et (?:alors|maintenant)|alors|des nouvelles|y (?:ahora|entonces)|alguna novedad|e (?:agora|então)|alguma novidade|e (?:adesso|allora|ora)|ci sono novità|en (?:nu|dan)|is er (?:al )?nieuws|i co (?:teraz|dalej)|co (?:teraz|dalej)|so|and|well|now|and now|now what|what now|what next|and then|any (?:news|updates?|progress)|what happens (?:now|next)|what about (?:it|that|my (?:case|request|problem|issue))|what did (?:they|he|she|sam) say|go on|continue|are you there|anybody there|hello)[ ?!.…]*$";
    /// Asks for a reason.
    pub WHY = concat!(
        r"^(?:but |and |so )?(?:why|how come|for what reason|what'?s the reason|warum|pourquoi|por qué|perché|waarom|dlaczego",
        r"|wieso|weshalb|mais pourquoi|et pourquoi|por que|porque não|come mai|hoezo|czemu",
        r")\b",
    );
    GOES_ON = r"^(?:and|what about|how about|und|et|y|e|en|oraz|[ai] (?:co|ile|kiedy|jak|gdzie|czy|do))\b";
    PRICE = concat!(
        r"\b(?:how much|costs?|price|expensive|pay|was kostet|combien|cuánto|quanto",
        r"|kosten|kostet|preis|teuer",
        r"|coûte\w*|prix|cher",
        r"|cuesta\w*|precio|vale",
        r"|custa\w*|preço|costa\w*|prezzo",
        r"|kost|prijs",
        r"|kosztuj\w*|cena|ile",
        r")\b",
    );
    /// Leans on what was said before: "cancel it", "how much is that".
    LEANS = r"\b(?:it|that|this|them|those)\b";
    /// Speaks of ending something.
    pub ENDS = concat!(
        r"\b(?:cancel|end|stop|quit|terminate|unsubscribe|pause",
        r"|kündig\w*|beend\w*|stornier\w*|abbestell\w*|pausier\w*",
        r"|résili\w*|annul\w*|arrêt\w*|désabonn\w*",
        r"|cancel\w*|anul\w*|dar(?:me)? de baja",
        r"|disdi\w*|disdett\w*|annull\w*|cancell\w*|interromp\w*",
        r"|opzeg\w*|opzeggen|beëindig\w*|stopzett\w*",
        r"|anuluj\w*|anulowa\w*|zrezygn\w*|rezygn\w*|wypowied\w*",
        r")\b",
    );
    /// Insists on what was said before.
    pub INSISTS = concat!(
        r"\b(?:mine|my order|sure|certain|correct|definitely|it is|i (?:did )?(?:ordered|order|bought|paid)",
        r"|meine?|sicher|bestimmt|ganz gewiss",
        r"|la mienne|à moi|certain\w*|sûre?",
        r"|mí[oa]|segur[oa]",
        r"|minha|meu|certeza",
        r"|mi[oa]|sicur[oa]",
        r"|van mij|zeker",
        r"|moje|mój|na pewno|jestem pewn\w+",
        r")\b",
    );
    /// Says no to what somebody might do: "no refund needed", "do not refund".
    pub DENIES = concat!(
        r"\b(?:no|not|never|without|n't|don'?t|won'?t|refuse|decline|nicht|kein\w*|pas|non",
        r"|nie|nein|ohne|ne|sans|sin|não|nem|sem|niet|geen|zonder|senza|bez",
        r")\b",
    );
    /// Speaks of an order without saying what about it.
    pub ABOUT_AN_ORDER = r"\b(?:help|questions?|problems?|issues?|trouble) (?:with|about|regarding|on) (?:my|an|the|one of my|a) (?:\w+ )?(?:orders?|purchase)\b.{0,3}$";
    NEWEST = concat!(
        r"\b(?:last|latest|newest|most recent|recent|current",
        r"|letzte[nrs]?|neueste[nrs]?|aktuelle[nrs]?|jüngste[nrs]?",
        r"|derni(?:er|ère)s?|récente?s?",
        r"|últim[oa]s?|más reciente",
        r"|mais recente",
        r"|ultim[oaie]|più recente",
        r"|laatste|nieuwste|recentste",
        r"|ostatni\w*|najnowsz\w*",
        r")\b",
    );
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
            "Pouvez-vous me rembourser la commande A1001 ?",
            "quiero que me devuelvan el dinero del A1001",
            "non mi piace, vorrei un rimborso per A1001",
            "queria o dinheiro de volta da A1001",
            "kunt u A1001 terugbetalen?",
            "proszę o zwrot pieniędzy za A1001",
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
            "ich möchte keine Erstattung mehr",
            "Wann bekomme ich mein Geld zurück",
            "je ne veux plus de remboursement",
            "ya no quiero que me devuelvan el dinero",
            "non voglio più il rimborso",
            "não quero o reembolso",
            "ik wil geen terugbetaling",
            "nie chcę już zwrotu",
            "kiedy dostanę zwrot pieniędzy",
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
