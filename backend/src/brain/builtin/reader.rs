//! Reads a visitor's message by the examples of the published agents.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use classifier::{Classifier, features};
use shared::{agent::AgentSpec, api::Why};

use super::{intents, intents::OUT_OF_SCOPE, language, lexicon, long, said, slots, why};
use crate::brain::{Reader, Reading, defaults, packs};

/// A message at least this likely to be unlike all examples is out of scope.
const OUT_OF_SCOPE_AT: f32 = 0.5;
/// An intent at least this likely says which tool is needed.
const NEEDS_TOOL_AT: f32 = 0.6;
/// Small talk at least this likely is small talk.
const SMALL_TALK_AT: f32 = 0.5;
/// What is listed of a reading; the rest is noise.
const LISTED: usize = 6;

/// A reader that learns from agents' examples, small talk and out-of-scope messages.
#[derive(Debug)]
pub struct BuiltinReader {
    classifier: Arc<Classifier>,
    /// What it learnt from, as label and text.
    examples: Arc<Labelled>,
    /// What each label of the classifier stands for, in its order.
    meanings: Vec<Meaning>,
    /// Which tools each agent has.
    tools: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone)]
struct Meaning {
    intent: String,
    /// `None` for small talk and what is out of scope.
    agent: Option<String>,
}

impl BuiltinReader {
    /// Learns from `agents`. Deterministic; well under a second for a few hundred examples.
    pub fn train(agents: &[AgentSpec]) -> Self {
        let mut labelled: Vec<(String, String)> = Vec::new();
        let mut meanings: BTreeMap<String, Meaning> = BTreeMap::new();
        let mut add = |agent: Option<&str>, intent: &str, text: &str| {
            let label = format!("{}/{intent}", agent.unwrap_or_default());
            meanings.entry(label.clone()).or_insert_with(|| Meaning {
                intent: intent.to_owned(),
                agent: agent.map(str::to_owned),
            });
            labelled.push((label, text.to_owned()));
        };
        for agent in agents {
            for example in &agent.examples {
                add(Some(agent.slug.as_str()), &example.intent, &example.text);
            }
        }
        for example in defaults::small_talk().iter().chain(defaults::out_of_scope()) {
            add(None, &example.intent, &example.text);
        }
        // What agents teach in English, people also say in other languages.
        let homes = homes(agents);
        let mut abroad = Vec::new();
        for example in packs::packs().iter().flat_map(|pack| &pack.examples) {
            let is_everybodys = intents::is_small_talk(&example.intent);
            match homes.get(example.intent.as_str()).copied() {
                Some(agent) => add(Some(agent), &example.intent, &example.text),
                None if is_everybodys => add(None, &example.intent, &example.text),
                None => abroad.extend((example.intent == OUT_OF_SCOPE).then_some(example)),
            }
        }
        // A label of its own: among the English ones they would drown what an admin teaches by four.
        for example in abroad {
            let label = format!("/abroad/{OUT_OF_SCOPE}");
            let meaning = Meaning { intent: OUT_OF_SCOPE.to_owned(), agent: None };
            meanings.entry(label.clone()).or_insert(meaning);
            labelled.push((label, example.text.clone()));
        }
        let (examples, classifier) = learn(labelled);
        let meanings =
            classifier.labels().iter().filter_map(|label| meanings.get(label).cloned()).collect();
        let tools = agents
            .iter()
            .map(|agent| (agent.slug.as_str().to_owned(), agent.tools.clone()))
            .collect();
        Self { classifier, examples, meanings, tools }
    }

    /// How likely each label is. Of a long message, by its sentence that asks for something most
    /// plainly: the rest of it is a story.
    fn predict(&self, text: &str) -> Vec<f32> {
        let whole = self.classifier.predict(text);
        if !long::is_long(text) {
            return whole;
        }
        let asks = |p: &[f32]| {
            let tasks = self.meanings.iter().zip(p).filter(|(meaning, _)| meaning.agent.is_some());
            tasks.map(|(_, p)| *p).fold(0.0, f32::max)
        };
        let each = long::sentences(text).into_iter().map(|sentence| {
            let p = self.classifier.predict(sentence);
            let outright = long::is_question(sentence) && asks(&p) >= NEEDS_TOOL_AT;
            (outright, p)
        });
        let plainest = each.chain([(false, whole)]).max_by(|(a_is, a), (b_is, b)| {
            a_is.cmp(b_is).then_with(|| asks(a).total_cmp(&asks(b)))
        });
        plainest.map(|(_, p)| p).unwrap_or_default()
    }

    /// The classifier, whole.
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }
}

/// The agent that teaches most of each intent.
fn homes(agents: &[AgentSpec]) -> BTreeMap<&str, &str> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for agent in agents {
        for example in &agent.examples {
            let agents = counts.entry(&example.intent).or_default();
            *agents.entry(agent.slug.as_str()).or_insert(0) += 1;
        }
    }
    counts
        .into_iter()
        .filter_map(|(intent, agents)| {
            let (agent, _) = agents.into_iter().max_by_key(|(_, n)| *n)?;
            Some((intent, agent))
        })
        .collect()
}

type Labelled = Vec<(String, String)>;

type Learnt = (Arc<Labelled>, Arc<Classifier>);

/// Trains, unless the examples are those of the last time: publishing new instructions, or opening
/// another desk with the shipped agents, then costs nothing.
fn learn(examples: Labelled) -> Learnt {
    static LAST: Mutex<Option<Learnt>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(learnt) = last.as_ref()
        && *learnt.0 == examples
    {
        return learnt.clone();
    }
    let classifier = Classifier::train(&examples);
    let learnt = (Arc::new(examples), Arc::new(classifier));
    *last = Some(learnt.clone());
    learnt
}

impl Reader for BuiltinReader {
    fn read(&self, text: &str, before: &[&str]) -> Reading {
        let p = self.predict(text);
        let likely = |name: &dyn Fn(&Meaning) -> Option<&str>| -> Vec<(String, f32)> {
            let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
            for (meaning, p) in self.meanings.iter().zip(&p) {
                if let Some(name) = name(meaning) {
                    *sums.entry(name).or_insert(0.0) += p;
                }
            }
            let mut sums: Vec<_> = sums.into_iter().map(|(n, p)| (n.to_owned(), p)).collect();
            sums.sort_by(|a, b| b.1.total_cmp(&a.1));
            sums.truncate(LISTED);
            sums
        };
        let outside: f32 = self
            .meanings
            .iter()
            .zip(&p)
            .filter_map(|(m, p)| (m.intent == OUT_OF_SCOPE).then_some(*p))
            .sum();
        let intents = likely(&|m| (m.intent != OUT_OF_SCOPE).then_some(m.intent.as_str()));
        let agents = likely(&|m| m.agent.as_deref());
        let slots = slots::find(text);
        let top = intents.first().cloned().unwrap_or_default();
        // "Cancel it" goes on with what was said before: whose turn it is does not change by it.
        let leans = !before.is_empty() && said::leans(text);
        let conversational = is_conversational(text, &top, &slots) || leans;
        let unlike = outside >= OUT_OF_SCOPE_AT || self.classifier.coverage(text) == 0.0;
        let out_of_scope = unlike && !conversational;
        let sure = top.1 >= NEEDS_TOOL_AT && !out_of_scope && !conversational;
        let needs_tool = intents::get(&top.0).filter(|_| sure).and_then(|i| i.tool.clone());
        let language = language::guess(text)
            .or_else(|| before.iter().rev().find_map(|earlier| language::guess(earlier)))
            .unwrap_or("en");
        Reading {
            intents,
            agents,
            outside,
            out_of_scope,
            conversational,
            safety: lexicon::safety(text),
            wants_person: lexicon::wants_person(text),
            needs_tool,
            sentiment: lexicon::sentiment(text),
            language: language.to_owned(),
            slots,
        }
    }

    fn why(&self, text: &str) -> Vec<Why> {
        let name = |at: usize| {
            let meaning = &self.meanings[at];
            (meaning.intent.clone(), meaning.agent.clone())
        };
        why::why(&self.classifier, &self.examples, text, name)
    }

    fn homes(&self, intent: &str) -> Vec<String> {
        let teaches = self.meanings.iter().filter(|m| m.intent == intent);
        teaches.filter_map(|m| m.agent.clone()).collect()
    }

    fn holders(&self, tool: &str) -> Vec<String> {
        let holds = self.tools.iter().filter(|(_, tools)| tools.iter().any(|t| t == tool));
        holds.map(|(agent, _)| agent.clone()).collect()
    }
}

/// Small talk, or little more than a value: an answer to something asked, not a request.
fn is_conversational(text: &str, top: &(String, f32), slots: &[(String, String)]) -> bool {
    let words = features::words(&features::normalise(text));
    let is_short = slots.is_empty() && words.len() <= 4;
    let bare = (is_short || !slots.is_empty())
        && !words.is_empty()
        && words.iter().all(|word| says_nothing(word));
    bare || intents::get(&top.0).is_some_and(|i| i.small_talk) && top.1 >= SMALL_TALK_AT
}

/// A value, or a word that only introduces one.
fn says_nothing(word: &str) -> bool {
    const WORDS: &str = concat!(
        " xid xnum xemail xamount xinvoice order number no nr the my is its it and for of on to a one please sorry yes i mean meant not but what about email e mail address first second third last latest newest this that",
        " nein nicht sondern doch ja bitte bestellung nummer die der das den es ist ich meine meinte für und mit genau adresse letzte erste zweite",
        " non pas mais oui commande numéro la le les cest celle celui là je veux voulais dire pour de et adresse dernière première",
        " sí si el pedido número para es era esa ese quería quise decir perdón y de la última primera",
        " não sim encomenda é era a o queria dizer desculpe essa esse e da do última primeira",
        " sì ordine lordine il volevo dire scusi quello quella per ultimo primo",
        " nee niet maar bestelling nummer het ik bedoel bedoelde deze voor en van laatste eerste",
        " nie tak zamówienie numer to jest chodzi o przepraszam mam na myśli dla i ostatnie pierwsze ",
    );
    WORDS.contains(&format!(" {word} "))
}

/// A reader whose examples can be replaced while it is in use.
#[derive(Debug)]
pub struct LiveReader(RwLock<Arc<BuiltinReader>>);

impl LiveReader {
    /// Begins with the examples of `agents`.
    pub fn new(agents: &[AgentSpec]) -> Self {
        Self(RwLock::new(Arc::new(BuiltinReader::train(agents))))
    }

    /// Learns anew from `agents`; readings under way end with the old examples. Takes a moment of
    /// computing: call it where blocking is fine.
    pub fn learn(&self, agents: &[AgentSpec]) {
        let trained = Arc::new(BuiltinReader::train(agents));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = trained;
    }

    /// The reader as it is now.
    pub fn now(&self) -> Arc<BuiltinReader> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reader for LiveReader {
    fn read(&self, text: &str, before: &[&str]) -> Reading {
        self.now().read(text, before)
    }

    fn why(&self, text: &str) -> Vec<Why> {
        self.now().why(text)
    }

    fn homes(&self, intent: &str) -> Vec<String> {
        self.now().homes(intent)
    }

    fn holders(&self, tool: &str) -> Vec<String> {
        self.now().holders(tool)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use super::*;

    /// Training takes seconds without optimisation, so tests share one reader.
    pub(crate) static SHIPPED: LazyLock<Arc<LiveReader>> =
        LazyLock::new(|| Arc::new(LiveReader::new(&defaults::agents())));

    /// Written for this test and kept out of the examples.
    const UNSEEN: [(&str, &str); 60] = [
        ("why did you guys take 49 euro from my visa two times", "billing"),
        ("same payment booked double on my bank account", "billing"),
        ("i see two withdrawals for order A1001 and only bought it once", "billing"),
        ("there's a payment from your company that I can't place", "billing"),
        ("could you email me the bill for my taxes", "billing"),
        ("need the invoice as pdf", "billing"),
        ("where's my stuff, ordered ten days ago", "billing"),
        ("when is A1002 supposed to get here", "billing"),
        ("did my parcel leave your warehouse already", "billing"),
        ("the courier hasn't brought my package", "billing"),
        ("what do i pay per month for the membership", "billing"),
        ("how do I get rid of my subscription", "billing"),
        ("please quit my monthly plan", "billing"),
        ("when is the next renewal of my plan", "billing"),
        ("pls send me last month's receipt again", "billing"),
        ("I'd like my money back for A1002", "refunds"),
        ("refund pls, order A1003", "refunds"),
        ("i returned the lamp, give me back what i paid", "refunds"),
        ("can you reimburse the cost of my order", "refunds"),
        ("still no sign of the refund you promised", "refunds"),
        ("has the money for my return been sent", "refunds"),
        ("how is my refund coming along", "refunds"),
        ("the vase was in pieces when I opened the box", "refunds"),
        ("you delivered a red one but I ordered green", "refunds"),
        ("the charger died after two days", "refunds"),
        ("half of the set is missing", "refunds"),
        ("am I still allowed to get a refund on A1003", "refunds"),
        ("is it possible to get my money back after two months", "refunds"),
        ("i want to be refunded", "refunds"),
        ("whats the ETA on my refund", "refunds"),
        ("how long is shipping to Austria", "triage"),
        ("is postage free", "triage"),
        ("do you deliver to Canada", "triage"),
        ("which delivery company do you use", "triage"),
        ("how do i return something", "triage"),
        ("what's the deadline for sending things back", "triage"),
        ("can i exchange for a bigger size", "triage"),
        ("do you accept mastercard", "triage"),
        ("is klarna available", "triage"),
        ("my credit card gets rejected when I check out", "triage"),
        ("can't sign in, forgot the password", "triage"),
        ("how do I reset my login", "triage"),
        ("what time do you open tomorrow", "triage"),
        ("are you there on saturday", "triage"),
        ("is there a phone number to call", "triage"),
        ("where are your stores", "triage"),
        ("will the green chair be back in stock", "triage"),
        ("how long does the warranty last", "triage"),
        ("the promo code isn't accepted", "triage"),
        ("any coupons available?", "triage"),
        ("please change the shipping address of my order", "triage"),
        ("I'd like to cancel the order I just placed", "triage"),
        ("I want to complain about your service", "escalation"),
        ("I've written five emails and nobody replies", "escalation"),
        ("delete all the personal information you have about me", "escalation"),
        ("somebody ordered things with my card without asking me", "escalation"),
        ("I'll take you to court", "escalation"),
        ("let me have a word with your boss", "escalation"),
        ("put a human on", "escalation"),
        ("my lawyer will contact you", "escalation"),
    ];

    /// The same in the other languages that ship.
    const UNSEEN_ABROAD: [(&str, &str); 49] = [
        ("ihr habt mir für dieselbe Bestellung zweimal Geld vom Konto genommen", "billing"),
        ("mein Päckchen sollte gestern da sein, kam aber nicht", "billing"),
        ("ich hätte gern den Kaufpreis wieder auf meinem Konto", "refunds"),
        ("beim Auspacken war der Spiegel zersprungen", "refunds"),
        ("schickt ihr Pakete auch nach Norwegen", "triage"),
        ("mein Kennwort wird nicht angenommen", "triage"),
        ("ich lasse das von meinem Rechtsanwalt klären", "escalation"),
        ("vous m'avez pris l'argent deux fois pour le même achat", "billing"),
        ("mon paquet devait arriver hier et toujours rien", "billing"),
        ("je souhaite récupérer l'argent de ma commande", "refunds"),
        ("le miroir était brisé à l'ouverture du carton", "refunds"),
        ("est-ce que vous envoyez des colis en Norvège", "triage"),
        ("je ne me souviens plus de mon mot de passe", "triage"),
        ("mon avocat prendra contact avec vous", "escalation"),
        ("me habéis quitado el dinero dos veces por la misma compra", "billing"),
        ("mi paquete tenía que llegar ayer y nada", "billing"),
        ("quiero recuperar el dinero de mi compra", "refunds"),
        ("el espejo venía roto al abrir la caja", "refunds"),
        ("mandáis paquetes a Noruega", "triage"),
        ("no me acuerdo de la contraseña", "triage"),
        ("mi abogado se pondrá en contacto con ustedes", "escalation"),
        ("mi avete preso i soldi due volte per lo stesso acquisto", "billing"),
        ("il mio pacco doveva arrivare ieri e ancora niente", "billing"),
        ("vorrei riavere i soldi del mio acquisto", "refunds"),
        ("lo specchio era rotto quando ho aperto la scatola", "refunds"),
        ("mandate pacchi in Norvegia", "triage"),
        ("non mi ricordo più la password", "triage"),
        ("il mio avvocato vi contatterà", "escalation"),
        ("tiraram-me o dinheiro duas vezes pela mesma compra", "billing"),
        ("a minha encomenda devia ter chegado ontem e nada", "billing"),
        ("queria receber de volta o dinheiro da compra", "refunds"),
        ("o espelho estava partido quando abri a caixa", "refunds"),
        ("enviam encomendas para a Noruega", "triage"),
        ("não me lembro da minha palavra-passe", "triage"),
        ("o meu advogado vai contactar-vos", "escalation"),
        ("jullie hebben twee keer geld van mijn rekening gehaald voor dezelfde aankoop", "billing"),
        ("mijn pakje had er gisteren moeten zijn en nog niets", "billing"),
        ("ik wil het geld van mijn aankoop terugkrijgen", "refunds"),
        ("de spiegel was gebroken toen ik de doos opende", "refunds"),
        ("sturen jullie pakketten naar Noorwegen", "triage"),
        ("ik weet mijn wachtwoord niet meer", "triage"),
        ("mijn advocaat neemt contact met u op", "escalation"),
        ("dwa razy zabraliście mi pieniądze za ten sam zakup", "billing"),
        ("moja paczka miała być wczoraj i nadal nic", "billing"),
        ("chciałabym odzyskać pieniądze za zakup", "refunds"),
        ("lustro było stłuczone po otwarciu pudełka", "refunds"),
        ("czy wysyłacie paczki do Norwegii", "triage"),
        ("nie pamiętam mojego hasła", "triage"),
        ("mój adwokat skontaktuje się z wami", "escalation"),
    ];

    #[test]
    fn unseen_phrasings_find_their_agent() {
        check(&UNSEEN, 6, 30);
    }

    #[test]
    fn unseen_phrasings_of_other_languages_find_their_agent() {
        check(&UNSEEN_ABROAD, 6, 25);
    }

    #[test]
    fn what_no_shop_does_is_seldom_routed_in_any_language() {
        let unseen = [
            "hoe laat begint de wedstrijd vanavond",
            "wer hat gestern das Spiel gewonnen",
            "wie koche ich Risotto",
            "raconte-moi une blague",
            "comment soigner un rhume",
            "quién ganó las elecciones",
            "cómo se hace una tortilla",
            "como é que se joga xadrez",
            "chi ha vinto il festival",
            "come si cucina la carbonara",
            "kto napisał Pana Tadeusza",
            "jaka będzie jutro pogoda",
            "ile kosztuje bitcoin",
            "how do I tie a tie",
        ];
        let readings: Vec<_> = unseen.iter().map(|text| SHIPPED.read(text, &[])).collect();
        let declined = readings.iter().filter(|it| it.out_of_scope).count();
        let routed = readings.iter().filter(|it| !it.out_of_scope && it.agents[0].1 >= 0.7);
        assert!(declined >= 5, "only {declined} are declined");
        assert!(routed.count() <= 3);
    }

    fn check(unseen: &[(&str, &str)], most_wrong: usize, least_sure: usize) {
        let mut wrong = Vec::new();
        let (mut sure, mut sure_and_wrong) = (0, 0);
        for &(text, agent) in unseen {
            let reading = SHIPPED.read(text, &[]);
            let (top, p) = reading.agents[0].clone();
            sure += usize::from(p >= 0.7);
            if top != agent || reading.out_of_scope {
                sure_and_wrong += usize::from(p >= 0.7);
                wrong.push(format!("{text}: {top} {p:.2} {:?}", reading.intents[0]));
            }
        }
        assert!(wrong.len() <= most_wrong, "{} wrong: {wrong:#?}", wrong.len());
        assert!(sure >= least_sure, "only {sure} are sure");
        assert!(sure_and_wrong * 20 <= sure, "{sure_and_wrong} of {sure} sure ones are wrong");
    }

    #[test]
    #[ignore = "a measurement"]
    fn rates() {
        let began = std::time::Instant::now();
        let reader = BuiltinReader::train(&defaults::agents());
        println!("training: {:?}", began.elapsed());
        let began = std::time::Instant::now();
        for (text, _) in UNSEEN {
            reader.read(text, &[]);
        }
        println!("{} readings: {:?}", UNSEEN.len(), began.elapsed());
    }
}
