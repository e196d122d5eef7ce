//! Words that decide before any probability does: danger, the wish for a person, anger.

use std::sync::LazyLock;

use classifier::features::normalise;
use regex::Regex;
use shared::brief::Sentiment;

/// The words that must reach a person at once, if there are such.
pub fn safety(text: &str) -> Option<String> {
    first(&SAFETY, &normalise(text))
}

/// The words that ask for a person, if there are such.
pub fn wants_person(text: &str) -> Option<String> {
    let text = normalise(text);
    // "Are you a real person?" asks who answers, and "I don't want to talk to a person" means it.
    let heard =
        NOT_A_WISH.iter().fold(text, |text, not| not.replace_all(&text, " ; ").into_owned());
    first(&PERSON, &heard)
}

/// How the visitor sounds.
pub fn sentiment(text: &str) -> Sentiment {
    let normal = normalise(text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(400).count();
    let capitals =
        text.chars().filter(|c| c.is_alphabetic()).take(400).filter(|c| c.is_uppercase());
    let shouts = letters >= 15 && capitals.count() * 10 > letters * 7;
    if UPSET.is_match(&normal) || text.contains("!!!") || shouts {
        Sentiment::Upset
    } else if NEGATIVE.is_match(&normal) {
        Sentiment::Negative
    } else if POSITIVE.is_match(&normal) {
        Sentiment::Positive
    } else {
        Sentiment::Neutral
    }
}

/// A pattern that is known to be well formed because a test compiles it.
///
/// # Panics
/// If it is not well formed.
#[expect(clippy::expect_used, reason = "only called with literals, each of which a test compiles")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a well-formed literal")
}

fn first(patterns: &[Regex], text: &str) -> Option<String> {
    let hit = patterns.iter().find_map(|pattern| pattern.find(text))?;
    Some(hit.as_str().trim().to_owned())
}

fn patterns(list: &[&str]) -> Vec<Regex> {
    list.iter().map(|text| pattern(text)).collect()
}

static SAFETY: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"\b(?:kill(?:ing)? (?:myself|himself|herself|themselves|him|her|you|someone)|suicid\w*|end (?:my|it all) life|end it all|self[- ]?harm|hurt(?:ing)? myself|harm(?:ing)? myself|want to die|don'?t want to live)\b",
        r"\b(?:caught (?:on )?fire|is on fire|house fire|exploded|explosion|electric(?:al)? shock|electrocuted|electrified|carbon monoxide|gas leak|poison(?:ed|ing)|allergic (?:reaction|shock)|anaphyla\w+|can(?:'?t|not) breathe|unconscious|ambulance|badly (?:hurt|burn(?:ed|t)|injured)|(?:burned|burnt|injured|hurt) (?:my|his|her|our|a) (?:child|son|daughter|baby|hand|face|husband|wife|arm|leg|eye))\b",
        r"\b(?:umbringen|selbstmord|suizid\w*|nicht mehr leben|stromschlag|in brand geraten|vergiftet|vergiftung|explodiert|krankenwagen)\b",
        r"\b(?:me tuer|me suicider|suicide|a pris feu|choc électrique|intoxication|explosé)\b",
        r"\b(?:suicidarme|matarme|se incendió|descarga eléctrica|intoxicación|explotó|suicidarmi|uccidermi|ha preso fuoco|scossa elettrica|esploso|me matar|pegou fogo|choque elétrico|explodiu)\b",
        r"\b(?:zelfmoord|in brand gevlogen|elektrische schok|ontploft|vergiftigd|zabić się|samobójstwo|zapalił się|porażenie prądem|wybuchł)\b",
    ])
});

static NOT_A_WISH: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    patterns(&[
        r"\b(?:are|r) (?:you|u)\b[^.?!]{0,12}?\b(?:real |actual |live )?(?:person|human(?: being)?|agent|robot)\b",
        r"\bis (?:this|that|it|there)\b(?: even| really| just)? (?:a )?(?:real |actual |live )?(?:person|human) (?:behind|typing|reading)\b",
        r"\bam i (?:talking|speaking|chatting|writing) (?:to|with) (?:a )?(?:real |actual |live )?(?:person|human)(?: being)?\b",
        r"\b(?:do not|don'?t|no need to|not (?:going|want(?:ing)?) to|rather not|without having to|instead of) (?:want to |need to |have to |wish to |like to )?(?:talk|speak|chat|write)(?:ing)? (?:to|with) (?:a |an |any |your )?(?:real |live )?(?:person|human|agent|someone|anyone|staff)\b",
        r"\b(?:told|asked|advised|said) (?:me )?to (?:talk|speak|write) (?:to|with) \w+",
        r"\bi (?:don'?t|do not) need (?:a |an )?(?:real |live )?(?:person|human|agent)\b",
    ])
});

static PERSON: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let who = r"(?:person|people|human(?: being)?s?|humans?|someone|somebody|agent|representative|rep|operator|manager|supervisor|advisor|adviser|employee|colleague|staff(?: member)?|team member|member of (?:your )?(?:staff|team)|support team|customer (?:service|support|care)|real one|your boss|your team)";
    let kind = r"(?:(?:a|an|the|any|some|your|one of your|another) )?(?:(?:real|live|actual|human|physical|different|qualified|support|service) )*";
    let own = vec![
        // "talk to a real person", "connect me with someone"
        format!(r"\b(?:talk|speak|chat|write|connect|transfer|put|pass|forward|hand|switch|escalate|get|reach|redirect|patch)(?:ed)? (?:me |this |us |it )?(?:over |through |directly |now )*(?:to|with|through to|in touch with) {kind}{who}\b"),
        // "get me a human", "I need an agent", "give me your manager"
        format!(r"\b(?:get|give|need|want|require|prefer|send|find|i'?d like|i would like)(?: me| to have| to see)? (?:a|an|another|your|some|one)? ?(?:(?:real|live|actual|human|physical|support|service) )*(?:person|human(?: being)?|representative|rep|agent|operator|manager|supervisor|someone real|customer service)\b(?: (?:please|now|here|to (?:help|talk|call|answer)|instead|who can|on the)|[.!?,;]|$)"),
        r"\b(?:real|live|actual) (?:human(?: being)?|person|people|agent|representative|operator|rep)\b(?:,? (?:please|pls|now))|^(?:an? )?(?:real |live |actual |human )*(?:human|person|agent|representative|operator|rep|manager|supervisor|human being|somebody|someone)(?: real)?(?:,? (?:please|pls|plz|now))*[ .!?]*$".to_owned(),
        r"^(?:customer (?:service|support|care)|support team|staff|real people)(?:,? (?:please|pls|now))*[ .!?]*$".to_owned(),
        r"\bis there (?:a|any|some)(?:one|body| real| live| actual| human)*(?: person| human| agent)? (?:i can|to|who can|that can) (?:\w+ )?(?:talk|speak|chat|help me)".to_owned(),
        r"\b(?:someone|somebody|anyone|anybody|(?:a|your) (?:human|person|manager|supervisor|colleague))(?: from your team)? (?:please )?(?:call|ring|phone|contact) me\b|\bcall me back\b|\bcan (?:someone|somebody|a human|a person|a real person) (?:please )?help\b".to_owned(),
        r"\b(?:not|don'?t want to|do not want to|stop|no more|enough of|sick of|hate) (?:talk(?:ing)? (?:to|with) |speak(?:ing)? (?:to|with) |chat(?:ting)? with )?(?:a |an |the |this |these |you |stupid )*(?:bots?|chatbots?|robots?|machines?|computers?|ai)\b".to_owned(),
        // German
        r"\b(?:mit|an|zu)\s(?:einem|einer|einen|nem|'nem|eurem|ihrem|euren|ihren|jemandem|jemand|dem|der)?\s?(?:(?:echten|richtigen|menschlichen|realen|lebenden)\s)*(?:mensch(?:en)?|mitarbeiter(?:in|n)?|person|berater(?:in)?|kundenberater(?:in)?|kundendienst|kundenservice|support|chef(?:in)?|vorgesetzten|team|jemandem|jemand)\b[^.?!]{0,20}\b(?:sprechen|reden|chatten|schreiben|verbinden|verbunden|weiterleiten|weitergeleitet|telefonieren)".to_owned(),
        r"\b(?:sprechen|reden|verbinden sie mich|verbinde mich|leiten sie mich)\b[^.?!]{0,12}\b(?:mit|an|zu) (?:einem|einer|jemandem|jemand|eurem|ihrem)\b".to_owned(),
        r"\b(?:will|möchte|brauche|hätte gern|kann ich)\b[^.?!]{0,10}\b(?:einen?|jemanden|nen) (?:(?:echten|richtigen) )?(?:menschen|mitarbeiter(?:in)?|berater(?:in)?|person)\b".to_owned(),
        r"\b(?:echter|echten|richtiger|richtigen) (?:mensch(?:en)?|mitarbeiter)\b|^(?:ein(?:en)? )?(?:mensch|mitarbeiter|kundenservice|berater)(?: bitte)?[ .!]*$".to_owned(),
        // French
        r"\b(?:parler|discuter|échanger|passe[rz]|transfére[rz]|contacter|joindre|relation)\b[^.?!]{0,15}\b(?:un |une |à |avec |au |quelqu'un)\s?(?:vrai[e]? )?(?:humain|personne|conseill(?:er|ère)|agent|responsable|opérateur|service client|être humain|du service)?".to_owned(),
        r"\bje (?:veux|voudrais) (?:un (?:humain|conseiller|agent)|une (?:vraie )?personne|quelqu'un)\b".to_owned(),
        r"\b(?:vrai humain|vraie personne|être humain)\b|^(?:un )?(?:humain|conseiller|agent)(?:,? (?:s'il vous plaît|svp|stp))?[ .!]*$".to_owned(),
        // Spanish
        r"\b(?:hablar|comunicar\w*|pás(?:ame|eme)|pasar|conect\w+|contactar|chatear)\b[^.?!]{0,15}\b(?:persona|humano|agente|alguien|operador|representante|asesor|encargado|supervisor|atención al cliente)\b".to_owned(),
        r"\b(?:quiero|necesito) (?:a )?(?:una persona|un humano|un agente|alguien)\b".to_owned(),
        r"\b(?:persona real|ser humano|agente humano)\b|^(?:un )?(?:humano|agente|operador)(?:,? por favor)?[ .!]*$".to_owned(),
        // Italian
        r"\b(?:parlare|passat?emi|passare|comunicare|collegat?emi|contattare|chattare)\b[^.?!]{0,15}\b(?:persona|umano|operatore|operatrice|qualcuno|addetto|responsabile|essere umano|assistenza)\b".to_owned(),
        r"\b(?:persona reale|persona vera|operatore umano)\b|^(?:un )?(?:umano|operatore)(?:,? per favore)?[ .!]*$".to_owned(),
        // Portuguese
        r"\b(?:falar|conversar|passar|transferir|ligar-me|contactar|contatar)\b[^.?!]{0,15}\b(?:pessoa|humano|atendente|alguém|alguem|operador|agente|responsável|gerente)\b".to_owned(),
        r"\b(?:pessoa real|pessoa de verdade|atendente humano)\b|^(?:um )?(?:humano|atendente)(?:,? por favor)?[ .!]*$".to_owned(),
        // Dutch
        r"\b(?:met|naar)\b[^.?!]{0,12}\b(?:mens|persoon|medewerker|iemand|klantenservice|manager|collega)\b[^.?!]{0,15}\b(?:spreken|praten|chatten|doorverbonden|verbonden|bellen)".to_owned(),
        r"\b(?:spreken|praten|chatten|doorverbinden|verbind me)\b[^.?!]{0,10}\bmet\b[^.?!]{0,12}\b(?:mens|persoon|medewerker|iemand)\b|\b(?:echt mens|echte persoon|echte medewerker)\b|^(?:een )?(?:mens|medewerker)(?: alstublieft| aub)?[ .!]*$".to_owned(),
        // Polish
        r"\b(?:porozmawiać|rozmawiać|rozmowa|połącz\w*|przełącz\w*|skontaktować|pogadać)\b[^.?!]{0,15}\b(?:człowiekiem|osobą|konsultantem|konsultantką|pracownikiem|kimś|agentem|kierownikiem|obsługą)\b".to_owned(),
        r"\bżyw(?:ym|y) człowiek\w*|^(?:człowiek|konsultant)(?: proszę)?[ .!]*$".to_owned(),
    ];
    own.iter().map(|text| pattern(text)).collect()
});

static UPSET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:furious|outrag\w+|disgrac\w+|disgusting|unacceptable|ridiculous|scam(?:mers?)?|fraud|thieves|thief|robbery|rip[- ]?off|lawyer|sue you|suing|wtf|fuck\w*|shit\w*|bullshit|damn|idiots?|stupid|useless|incompetent|worst|fed up|pissed|livid|never again|hate you|unverschämt\w*|frechheit|betrug|betrüger|scheiß\w*|inakzeptabel|anwalt|arnaque|inadmissible|scandaleux|honteux|merde|estafa|inaceptable|vergüenza|mierda|truffa|vergogna|inaccettabile|merda|vergonha|inaceitável|fraude|oplichter\w*|schandalig|belachelijk|oszustwo|oszuści|skandal|kurwa)\b",
    )
});

static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:disappoint\w*|unhappy|annoy\w*|frustrat\w*|angry|upset|terrible|awful|horrible|bad|poor|sad|broken|damaged|complain\w*|not happy|not satisfied|still waiting|still not|nobody (?:answers|replies|helps)|enttäuscht|ärgerlich|schlecht|verärgert|unzufrieden|déçue?|mécontente?|mauvais|decepcionad[oa]|enfadad[oa]|malo|delus[oa]|arrabbiat[oa]|pessimo|desapontad[oa]|chatead[oa]|péssimo|teleurgesteld|boos|slecht|rozczarowan\w|zł[ya]|fatalnie)\b",
    )
});

static POSITIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:thanks?|thank you|thx|great|perfect|awesome|wonderful|excellent|brilliant|love(?:ly)?|nice|happy|cheers|danke\w*|super|toll|prima|merci|parfait|génial|gracias|perfecto|genial|grazie|perfetto|obrigad[oa]|perfeito|ótimo|bedankt|geweldig|dziękuję|świetnie)\b",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_a_person_is_heard() {
        for text in [
            "I want to talk to a person",
            "i wanna speak to a human being NOW",
            "can I please talk to someone from your team?",
            "human please",
            "Human!",
            "real agent",
            "a real person please",
            "agent",
            "get me a human",
            "Get me your manager.",
            "I need a real person to help me",
            "give me an actual human",
            "connect me with customer service",
            "put me through to an operator",
            "could you transfer me to a representative",
            "I don't want to talk to a bot",
            "no more bots, thanks",
            "can somebody call me back?",
            "is there anyone I can talk to",
            "let me speak with your supervisor",
            "customer service please",
            "Ich möchte mit einem Menschen sprechen",
            "Ich will einen Menschen sprechen",
            "Je veux une personne",
            "Quiero un humano",
            "Kann ich mit einem echten Mitarbeiter reden?",
            "Verbinden Sie mich mit jemandem aus dem Team",
            "Mitarbeiter bitte",
            "Je voudrais parler à un conseiller",
            "Puis-je parler à une vraie personne ?",
            "Quiero hablar con una persona",
            "¿Puedo hablar con un agente?",
            "Vorrei parlare con un operatore",
            "operatore per favore",
            "Quero falar com um atendente",
            "Ik wil met een medewerker praten",
            "Kan ik iemand spreken? Ik wil met een mens praten",
            "Chcę porozmawiać z człowiekiem",
            "Proszę połączyć mnie z konsultantem",
            "I want to talk to a p\u{200b}erson",
        ] {
            assert!(wants_person(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_people_are_no_wish() {
        for text in [
            "the delivery person was rude",
            "Are you a real person?",
            "are you human",
            "am I talking to a real person?",
            "The agent I spoke to yesterday promised me a refund",
            "your delivery agent left it at the wrong door",
            "I don't want to talk to a person, just refund me",
            "My bank told me to talk to someone",
            "how many people fit around the table?",
            "is this jacket suitable for a tall person?",
            "I bought it for someone else",
            "a person signed for my parcel",
            "personal data",
            "I need a human-sized mirror",
            "where is my order A1001",
            "Wo ist meine Bestellung?",
            "Le livreur n'a trouvé personne",
            "Il n'y avait personne à la maison",
            "",
        ] {
            assert_eq!(wants_person(text), None, "{text}");
        }
    }

    #[test]
    fn danger_is_heard() {
        for text in ["the lamp caught fire", "I got an electric shock", "i want to kill myself"] {
            assert!(safety(text).is_some(), "{text}");
        }
        for text in ["the bath bomb smells great", "this deal is fire", "I'd kill for a refund", ""]
        {
            assert_eq!(safety(text), None, "{text}");
        }
    }

    #[test]
    fn how_it_sounds() {
        let check = |text: &str, is| assert_eq!(sentiment(text), is, "{text}");
        check("This is a scam", Sentiment::Upset);
        check("WHERE IS MY MONEY YOU PEOPLE", Sentiment::Upset);
        check("where is it!!!", Sentiment::Upset);
        check("I am disappointed", Sentiment::Negative);
        check("thanks a lot", Sentiment::Positive);
        check("Where is A1001?", Sentiment::Neutral);
        check("OK A1001", Sentiment::Neutral);
    }
}
