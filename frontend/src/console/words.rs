//! What the pages call things.

use shared::{
    api::{Role, View},
    brief::{Sentiment, TriggerKind},
    event::{ApprovalState, Effect, RefundState, Settlement, Verdict},
    message::Assurance,
    owner::Owner,
};

/// A trigger, as a label.
pub fn trigger(kind: TriggerKind) -> &'static str {
    match kind {
        TriggerKind::Safety => "Safety",
        TriggerKind::AskedForPerson => "Asked for a person",
        TriggerKind::Rule => "A rule",
        TriggerKind::MissingCapability => "Agent lacks the tool",
        TriggerKind::LowConfidence => "Unsure what is wanted",
        TriggerKind::Model => "Agent's choice",
        TriggerKind::Budget => "Budget reached",
        TriggerKind::Fault => "Agent could not go on",
        TriggerKind::Claim => "Claimed by a person",
        TriggerKind::Return => "Handed back",
        TriggerKind::Close => "Closed",
        TriggerKind::Reopen => "Visitor wrote again",
        TriggerKind::Lease => "Nobody answered in time",
    }
}

/// A mood.
pub fn sentiment(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Positive => "Pleased",
        Sentiment::Neutral => "Neutral",
        Sentiment::Negative => "Displeased",
        Sentiment::Upset => "Upset",
    }
}

/// A language that the brain can tell apart, by its tag; any other by the tag itself.
pub fn language(tag: &str) -> String {
    match tag {
        "ar" => "Arabic",
        "de" => "German",
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "he" => "Hebrew",
        "it" => "Italian",
        "ja" => "Japanese",
        "ko" => "Korean",
        "nl" => "Dutch",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "ru" => "Russian",
        "zh" => "Chinese",
        other => other,
    }
    .to_owned()
}

/// Where a refund stands.
pub fn refund(state: RefundState) -> &'static str {
    match state {
        RefundState::Waiting => "Waits for approval",
        RefundState::Pending => "On its way",
        RefundState::Unknown => "Unknown: being checked",
        RefundState::Succeeded => "Refunded",
        RefundState::Failed => "Refused by the provider",
        RefundState::Declined => "Declined",
        RefundState::Expired => "Expired",
    }
}

/// Where an approval stands.
pub fn approval(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Waiting => "Waits for a person",
        ApprovalState::Approved => "Approved",
        ApprovalState::Declined => "Declined",
        ApprovalState::Expired => "Expired",
    }
}

/// How a tool call ended.
pub fn settlement(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Ok => "Done",
        Settlement::Error => "Failed",
        Settlement::Denied => "Denied",
        Settlement::Superseded => "Not begun",
        Settlement::Unknown => "Unknown",
    }
}

/// What a tool does.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "only looks",
        Effect::Write => "changes something",
        Effect::Transfer => "hands over",
    }
}

/// What a guard did.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Refused => "refused",
        Verdict::Escalated => "gave it to a person",
        Verdict::Discarded => "discarded",
        Verdict::Replaced => "went on with another",
        Verdict::Recorded => "noted, nothing done",
        Verdict::Distrusted => "agents change nothing from here on without a person",
        Verdict::Rewritten => "taken out",
        Verdict::Answered => "answered in the agent’s place",
    }
}

/// How sure Baton is of who a visitor is.
pub fn assurance(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Anonymous => "Anonymous",
        Assurance::Claimed => "Says so, not checked",
        Assurance::Verified => "Verified by the site",
    }
}

/// What a member of staff may do.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Admin => "Admin",
    }
}

/// A view's name in an address.
pub fn view_key(view: View) -> &'static str {
    match view {
        View::Waiting => "waiting",
        View::Mine => "mine",
        View::All => "all",
        View::Closed => "closed",
    }
}

/// A view's name on the page.
pub fn view_name(view: View) -> &'static str {
    match view {
        View::Waiting => "Waiting",
        View::Mine => "Mine",
        View::All => "All",
        View::Closed => "Closed",
    }
}

/// Who holds a conversation, in words.
pub fn owner(owner: &Owner) -> String {
    match owner {
        Owner::Nobody => "Closed".to_owned(),
        other => other.name().to_owned(),
    }
}

/// A word that has an `s` unless there is one.
pub fn plural(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// `snake_case` as words: `issue_refund` becomes `issue refund`.
pub fn spaced(text: &str) -> String {
    text.replace('_', " ")
}

/// `snake_case` as words that begin a line: `issue_refund` becomes `Issue refund`.
pub fn title(text: &str) -> String {
    capital(&spaced(text))
}

/// Words as the beginning of a sentence.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
