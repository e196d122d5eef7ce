//! An entry of the audit log as a sentence. No page in here.
//!
//! The log is made for programs: short names, wire words, parts joined by `; `. What cannot be read
//! is shown as it stands.

use std::collections::HashMap;

use shared::{api::AuditEntry, brief::TriggerKind};

use super::super::super::words;

/// What agents and queues are called, by short name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// Agents.
    pub agents: HashMap<String, String>,
    /// Queues.
    pub queues: HashMap<String, String>,
}

impl Names {
    /// `agent billing v2` as `Billing`, `queue support` as `Support team`, `baton` as `Baton`;
    /// people are named already.
    fn of(&self, party: &str) -> String {
        let mut parts = party.split(' ');
        match (parts.next(), parts.next()) {
            (Some("agent"), Some(slug)) => self.agent(slug),
            (Some("queue"), Some(slug)) => {
                self.queues.get(slug).cloned().unwrap_or_else(|| words::title(slug))
            }
            (Some("baton"), None) => "Baton".to_owned(),
            (Some("visitor"), None) => "The visitor".to_owned(),
            _ => party.to_owned(),
        }
    }

    fn agent(&self, slug: &str) -> String {
        self.agents.get(slug).cloned().unwrap_or_else(|| words::title(slug))
    }
}

/// An entry, told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The kind, in a word.
    pub kind: &'static str,
    /// Who did what, in a sentence.
    pub what: String,
    /// Why, or what besides.
    pub more: String,
    /// An id that somebody may want to look up: what it is, and the id.
    pub id: Option<(&'static str, String)>,
}

/// The entry as a sentence.
pub fn tell(entry: &AuditEntry, names: &Names) -> Told {
    let who = names.of(&entry.actor);
    let base = Told { kind: kind(&entry.action), ..Told::default() };
    let (subject, detail) = (entry.subject.as_str(), entry.detail.as_str());
    let say = |what: String| Told { what, more: detail.to_owned(), ..base.clone() };
    match entry.action.as_str() {
        "handoff" => handoff(base, &who, subject, detail, names),
        "approval" => approval(base.kind, &who, subject, detail),
        "refund" => refund(base.kind, subject, detail),
        "close" => say(format!("{who} closed the conversation")),
        "sign_in" => say(format!("{who} signed in")),
        "publish" => {
            let (slug, version) = subject.rsplit_once(" v").unwrap_or((subject, ""));
            say(format!("{who} published {}, version {version}", names.agent(slug)))
        }
        "retire" => say(format!("{who} retired {}", names.agent(subject))),
        "staff_added" => say(format!("{who} added the account {subject}")),
        "staff_changed" => say(format!("{who} changed the account {subject}")),
        "password_changed" => say(format!("{who} changed their own password")),
        "api_key" => say(format!("{who} changed the API keys of {subject}")),
        "site_added" => Told { what: format!("{who} added the site {detail}"), ..base },
        "site_changed" => say(format!("{who} changed the site {subject}")),
        "connection_added" => say(format!("{who} connected the model provider {subject}")),
        "connection_changed" => say(format!("{who} changed the connection {subject}")),
        "connection_deleted" => say(format!("{who} deleted the connection {subject}")),
        "tool_added" => say(format!("{who} made the tool {subject}")),
        "tool_changed" => say(format!("{who} changed the tool {subject}")),
        "tool_deleted" => say(format!("{who} deleted the tool {subject}")),
        "tool_tried" => say(format!("{who} tried the tool {subject}, which changes something")),
        "mcp_added" => say(format!("{who} added the MCP server {subject}")),
        "mcp_changed" => say(format!("{who} changed the MCP server {subject}")),
        "mcp_deleted" => say(format!("{who} deleted the MCP server {subject}")),
        "mcp_started" => say(format!("{who} had the MCP server {subject} started")),
        "desk_changed" => say(format!("{who} changed the desk’s settings")),
        "article_added" => say(format!("{who} wrote the article {subject}")),
        "article_changed" => say(format!("{who} changed the article {subject}")),
        "article_deleted" => say(format!("{who} deleted the article {subject}")),
        "question_dismissed" => say(format!("{who} dismissed an unanswered question")),
        "example_accepted" => say(format!("{who} accepted the example “{subject}”")),
        "example_rejected" => say(format!("{who} turned down a suggested example")),
        "message_dismissed" => {
            Told { what: format!("{who} saw nothing to learn in a message"), ..base }
        }
        "test_saved" => say(format!("{who} saved the test “{subject}”")),
        "test_deleted" => say(format!("{who} deleted the test “{subject}”")),
        "searches_kept" => say(format!("{who} gathered the questions that nothing covered")),
        "demo_articles" => say(format!("{who} wrote the demo shop’s articles")),
        "articles_imported" => say(format!("{who} imported articles: {subject}")),
        "money_switched" => {
            let (state, why) = detail.split_once("; ").unwrap_or((detail, ""));
            let on = state == "refunds on";
            let verb = if on { "allowed refunds again" } else { "stopped all refunds" };
            Told { what: format!("{who} {verb}"), more: why.to_owned(), ..base }
        }
        "refunds_compared" => say(format!("{who} compared the refunds after a restore")),
        "refund_settled" | "refund_unknown" | "refund_contradicted" | "refund_looked_into" => {
            by_hand(base.kind, &who, entry)
        }
        other => say(format!("{who}: {} {subject}", words::spaced(other))),
    }
}

/// The kinds that one can filter by: a name, and the actions that belong to it.
pub const KINDS: [(&str, &str); 8] = [
    ("Handoffs", "handoff,close"),
    ("Approvals", "approval"),
    (
        "Refunds",
        "refund,refund_settled,refund_unknown,refund_contradicted,refund_looked_into,\
         refunds_compared,money_switched",
    ),
    ("Agents", "publish,retire"),
    (
        "Knowledge",
        "article_added,article_changed,article_deleted,articles_imported,\
         question_dismissed,searches_kept,demo_articles",
    ),
    ("Learning", "example_accepted,example_rejected,message_dismissed,test_saved,test_deleted"),
    ("Accounts", "sign_in,staff_added,staff_changed,password_changed,api_key,api_key_revoked"),
    (
        "Settings",
        "site_added,site_changed,desk_changed,connection_added,connection_changed,\
         connection_deleted,tool_added,tool_changed,tool_deleted,tool_tried,\
         mcp_added,mcp_changed,mcp_deleted,mcp_started",
    ),
];

fn kind(action: &str) -> &'static str {
    let of = KINDS.iter().find(|(_, actions)| actions.split(',').any(|a| a == action));
    match of {
        Some(("Handoffs", _)) => "Handoff",
        Some(("Approvals", _)) => "Approval",
        Some(("Refunds", _)) => "Refund",
        Some(("Agents", _)) => "Agent",
        Some(("Knowledge", _)) => "Knowledge",
        Some(("Learning", _)) => "Learning",
        Some(("Accounts", _)) => "Account",
        _ => "Settings",
    }
}

/// `model: Billing chose …; The reason.; from agent billing v1`.
fn handoff(base: Told, who: &str, to: &str, detail: &str, names: &Names) -> Told {
    let (rest, from) = match detail.rsplit_once("from ") {
        Some((rest, from)) if rest.is_empty() || rest.ends_with("; ") => {
            (rest.trim_end_matches("; "), Some(names.of(from)))
        }
        _ => (detail, None),
    };
    let to = names.of(to);
    let handed = match &from {
        Some(from) => format!("{from} handed over to {to}"),
        None => format!("Handed over to {to}"),
    };
    let parsed = rest.split_once(": ").and_then(|(kind, why)| Some((trigger(kind)?, why)));
    let Some((kind, why)) = parsed else {
        return Told { what: handed, more: rest.to_owned(), ..base };
    };
    let from = from.unwrap_or_else(|| "its owner".to_owned());
    let (evidence, reason) = evidence_and_reason(why);
    // What the sentence says already is not said twice.
    let (what, more) = match kind {
        TriggerKind::Claim => (format!("{who} took over from {from}"), reason.to_owned()),
        TriggerKind::Return => (format!("{who} handed back to {to}"), reason.to_owned()),
        // That and by whom it was closed is an entry of its own.
        TriggerKind::Close => {
            (format!("{from} does not own the conversation any more"), String::new())
        }
        TriggerKind::Reopen => (format!("The visitor wrote again; {to} answers"), String::new()),
        TriggerKind::Model if !reason.is_empty() => (handed, reason.to_owned()),
        TriggerKind::Rule => (handed, format!("{reason} {evidence}").trim().to_owned()),
        _ => (handed, evidence.to_owned()),
    };
    Told { what, more, ..base }
}

/// Evidence ends with a full stop or a quotation; what the visitor wrote may hold a `; ` too.
fn evidence_and_reason(why: &str) -> (&str, &str) {
    let ends = [".; ", "”; "].iter().filter_map(|end| Some(why.find(end)? + end.len() - 2));
    ends.min().map_or((why, ""), |at| (&why[..at], &why[at + 2..]))
}

/// `waiting; arguments 61f0…; the note`.
fn approval(kind: &'static str, who: &str, subject: &str, detail: &str) -> Told {
    let mut parts = detail.splitn(3, "; ");
    let state = parts.next().unwrap_or_default();
    let hash = parts.next().unwrap_or_default();
    let (hash, note) = match hash.strip_prefix("arguments ") {
        Some(hash) => (Some(hash.to_owned()), parts.next().unwrap_or_default()),
        None => (None, hash),
    };
    let what = match state {
        "waiting" => format!("{who} asked for approval: {subject}"),
        "approved" => format!("{who} approved: {subject}"),
        "declined" => format!("{who} declined: {subject}"),
        "expired" => format!("Nobody decided in time: {subject}"),
        other => format!("{who}: {other}: {subject}"),
    };
    let more = if note.is_empty() { String::new() } else { format!("“{note}”") };
    Told { kind, what, more, id: hash.map(|hash| ("fingerprint of the arguments", hash)) }
}

/// `49.00 EUR succeeded; intent rfd_…; what the provider said`.
fn refund(kind: &'static str, order: &str, detail: &str) -> Told {
    let mut parts = detail.splitn(3, "; ");
    let (money, state) = parts.next().unwrap_or_default().rsplit_once(' ').unwrap_or((detail, ""));
    let intent = parts.next().and_then(|part| part.strip_prefix("intent ")).map(str::to_owned);
    let said = parts.next().unwrap_or_default();
    let what = match state {
        "pending" => format!("A refund of {money} for order {order} was decided and is sent"),
        "succeeded" => format!("{money} refunded for order {order}"),
        "failed" => format!("The provider refused the refund of {money} for order {order}"),
        "declined" => format!("The refund of {money} for order {order} was declined"),
        "expired" => format!("The refund of {money} for order {order} was not decided in time"),
        _ => format!("Refund for order {order}: {detail}"),
    };
    let more = if state == "succeeded" { String::new() } else { said.to_owned() };
    Told { kind, what, more, id: intent.map(|intent| ("refund’s number", intent)) }
}

/// `49.00 EUR succeeded; …; intent rfd_…; what was said`, where people and the provider disagree or
/// one of them is silent.
fn by_hand(kind: &'static str, who: &str, entry: &AuditEntry) -> Told {
    let (order, mut parts) = (&entry.subject, entry.detail.split("; "));
    let (money, state) = parts.next().and_then(|part| part.rsplit_once(' ')).unwrap_or_default();
    let refund = format!("the refund of {money} for order {order}");
    let what = match (entry.action.as_str(), state) {
        ("refund_settled", "succeeded") => format!("{who} settled {refund} as made"),
        ("refund_settled", _) => format!("{who} settled {refund} as not made"),
        ("refund_contradicted", _) => {
            format!("The payment provider contradicts how {refund} was settled")
        }
        ("refund_looked_into", _) => format!("{who} looked into {refund}"),
        _ => format!("Nobody knows what became of {refund}: a person must look"),
    };
    let (ids, words): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with("intent "));
    let id = ids.first().and_then(|part| part.strip_prefix("intent "));
    let id = id.map(|id| ("refund’s number", id.to_owned()));
    Told { kind, what, more: words.join("; "), id }
}

fn trigger(wire: &str) -> Option<TriggerKind> {
    serde_json::from_value(serde_json::Value::String(wire.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::time::Timestamp;

    use super::*;

    fn entry(action: &str, actor: &str, subject: &str, detail: &str) -> AuditEntry {
        let (action, actor, subject, detail) =
            (action.into(), actor.into(), subject.into(), detail.into());
        AuditEntry { id: 1, at: Timestamp(0), action, actor, subject, conversation: None, detail }
    }

    fn names() -> Names {
        let map = |key: &str, name: &str| HashMap::from([(key.to_owned(), name.to_owned())]);
        Names { agents: map("billing", "Billing"), queues: map("support", "Support team") }
    }

    #[test]
    fn entries_are_told_as_sentences() {
        let check = |action, actor, subject, detail, what: &str, more: &str| {
            let told = tell(&entry(action, actor, subject, detail), &names());
            assert_eq!((told.what.as_str(), told.more.as_str()), (what, more), "{detail}");
        };
        check(
            "handoff",
            "visitor",
            "queue support",
            "asked_for_person: The visitor wrote: “a person; now”; The visitor asked for a person.; from agent billing v1",
            "Billing handed over to Support team",
            "The visitor wrote: “a person; now”",
        );
        check(
            "handoff",
            "Ada",
            "Ada",
            "claim: Ada claimed it.; Why.; from queue support",
            "Ada took over from Support team",
            "Why.",
        );
        // Written before handoffs always said from whom.
        check(
            "handoff",
            "agent billing v1",
            "agent stock v2",
            "model: called it; Because.",
            "Handed over to Stock",
            "called it; Because.",
        );
        check("handoff", "baton", "queue support", "odd", "Handed over to Support team", "odd");
        check(
            "handoff",
            "baton",
            "agent billing v1",
            "rule: The message says “x”.; The rule “X” applies.; from agent billing v1",
            "Billing handed over to Billing",
            "The rule “X” applies. The message says “x”.",
        );
        check(
            "approval",
            "Ada",
            "Refund 320.00 EUR",
            "approved; arguments b3e7; a regular; be kind",
            "Ada approved: Refund 320.00 EUR",
            "“a regular; be kind”",
        );
        check(
            "approval",
            "agent billing",
            "Refund",
            "waiting; arguments b3",
            "Billing asked for approval: Refund",
            "",
        );
        check(
            "refund",
            "baton",
            "A1001",
            "49.00 EUR succeeded; intent rfd_1; re_1",
            "49.00 EUR refunded for order A1001",
            "",
        );
        check(
            "refund",
            "baton",
            "A1001",
            "49.00 EUR failed; intent rfd_1; card closed",
            "The provider refused the refund of 49.00 EUR for order A1001",
            "card closed",
        );
        check(
            "publish",
            "Ada",
            "billing v2",
            "Warmer",
            "Ada published Billing, version 2",
            "Warmer",
        );
        check("money_switched", "Ada", "money", "refunds off", "Ada stopped all refunds", "");
        check(
            "money_switched",
            "Ada",
            "money",
            "refunds on; compared; twice",
            "Ada allowed refunds again",
            "compared; twice",
        );
        check(
            "refund_settled",
            "Ada",
            "A1001",
            "49.00 EUR failed; intent rfd_1; a person looked it up; not in their list",
            "Ada settled the refund of 49.00 EUR for order A1001 as not made",
            "a person looked it up; not in their list",
        );
        check(
            "refund_contradicted",
            "baton",
            "A1001",
            "49.00 EUR failed; the provider says succeeded; intent rfd_1; re_1",
            "The payment provider contradicts how the refund of 49.00 EUR for order A1001 was settled",
            "the provider says succeeded; re_1",
        );
        check("new_thing", "baton", "x", "y", "Baton: new thing x", "y");
    }

    #[test]
    fn ids_can_be_looked_up() {
        let id = |action, detail| tell(&entry(action, "Ada", "s", detail), &names()).id;
        assert_eq!(
            id("approval", "approved; arguments b3"),
            Some(("fingerprint of the arguments", "b3".into()))
        );
        assert_eq!(
            id("refund", "1 EUR failed; intent rfd_1"),
            Some(("refund’s number", "rfd_1".into()))
        );
        assert_eq!(id("sign_in", ""), None);
    }

    proptest! {
        #[test]
        fn no_entry_panics_or_vanishes(
            action in "(handoff|approval|refund|refund_settled|money_switched|publish|other)",
            actor in ".{0,20}", subject in ".{0,20}", detail in ".{0,80}",
        ) {
            let told = tell(&entry(&action, &actor, &subject, &detail), &names());
            prop_assert!(!told.what.is_empty() && !told.kind.is_empty());
        }
    }
}
