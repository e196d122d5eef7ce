//! What agents can ask of the desk itself: its hours, its queue, and how to reach the visitor.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{agent::DeskSettings, api::ToolInfo, event::Effect, time::Timestamp};

use super::{Context, Outcome, Registry, Tool, text::is_email, unavailable};
use crate::money::{Proposal, policy::Verdict};

/// The desk cannot be asked just now.
#[derive(Debug, thiserror::Error)]
#[error("the desk cannot be asked: {0}")]
pub struct DeskUnavailable(pub String);

/// What tools may know of the desk.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// The settings as they are now.
    async fn settings(&self) -> Result<DeskSettings, DeskUnavailable>;
    /// What policy says to this refund, were it asked for at `now`, after all that was given back
    /// before; whether unvouched text has entered a turn is not known here.
    async fn judge(&self, refund: &Proposal, now: Timestamp) -> Result<Verdict, DeskUnavailable>;
    /// How many conversations wait for a person.
    async fn waiting(&self) -> Result<u32, DeskUnavailable>;
}

/// Adds the tools of this file.
pub(super) fn add_to(registry: &mut Registry, desk: &Arc<dyn Desk>) {
    registry.add(Arc::new(BusinessHours { info: business_hours(), desk: Arc::clone(desk) }));
    registry.add(Arc::new(QueueStatus { info: queue_status(), desk: Arc::clone(desk) }));
    registry.add(Arc::new(CollectContact { info: collect_contact() }));
}

struct BusinessHours {
    info: ToolInfo,
    desk: Arc<dyn Desk>,
}

fn business_hours() -> ToolInfo {
    ToolInfo {
        name: "business_hours".to_owned(),
        description: "Tells whether people are answering now, and when they do. Use it before \
                      promising that a person will answer."
            .to_owned(),
        effect: Effect::Read,
        needs_verified: false,
        parameters: super::no_parameters(),
    }
}

#[async_trait]
impl Tool for BusinessHours {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Checking when people answer".to_owned()
    }

    async fn call(&self, context: Context, _: Value) -> Outcome {
        match self.desk.settings().await {
            Ok(settings) => {
                let open = settings.is_open(context.now);
                let text = hours_text(&settings, context.now);
                let facts = vec![("desk.open".to_owned(), open.to_string())];
                let days: Vec<&str> = settings
                    .open_weekdays
                    .iter()
                    .filter_map(|day| DAYS.get(usize::from(*day)).copied())
                    .collect();
                Outcome::ok(json!({ "open": open, "days": days, "text": text }), facts)
            }
            Err(error) => unavailable(&context, &error),
        }
    }
}

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The hours in a sentence or two, such as "People answer Monday to Friday, 9:00 to 17:00
/// (UTC+1). They are back on Monday at 9:00."
pub fn hours_text(settings: &DeskSettings, now: Timestamp) -> String {
    let days = days_text(&settings.open_weekdays);
    if days.is_empty() || settings.opens_hour >= settings.closes_hour {
        return "Nobody answers at fixed hours; messages are answered as soon as somebody can."
            .to_owned();
    }
    let (opens, closes) = (settings.opens_hour, settings.closes_hour);
    let zone = zone_text(settings.utc_offset_minutes);
    let hours = format!("People answer {days}, {opens}:00 to {closes}:00 ({zone}).");
    if settings.is_open(now) {
        return format!("{hours} They are here now.");
    }
    let (_, today) = now.hour_and_weekday(settings.utc_offset_minutes);
    // Open days repeat weekly, so one of the next 24 × 7 hours is open.
    let next = (1..=24 * 7)
        .map(|h| now.plus_ms(h * 3_600_000))
        .find(|at| settings.is_open(*at))
        .map(|at| at.hour_and_weekday(settings.utc_offset_minutes).1);
    match next {
        Some(day) if day == today => format!("{hours} They are back today at {opens}:00."),
        Some(day) => {
            let name = DAYS.get(usize::from(day)).copied().unwrap_or("another day");
            format!("{hours} They are back on {name} at {opens}:00.")
        }
        None => hours,
    }
}

/// "Monday to Friday", "Monday, Wednesday and Friday", "every day"; empty for no day.
fn days_text(weekdays: &[u8]) -> String {
    let mut days: Vec<u8> = weekdays.iter().copied().filter(|day| *day < 7).collect();
    days.sort_unstable();
    days.dedup();
    let name = |day: u8| DAYS[usize::from(day)];
    match days[..] {
        [] => String::new(),
        [only] => name(only).to_owned(),
        [_, .., _] if days.len() == 7 => "every day".to_owned(),
        [first, .., last] if days.len() > 2 && usize::from(last - first) + 1 == days.len() => {
            format!("{} to {}", name(first), name(last))
        }
        [ref most @ .., last] => {
            let most: Vec<&str> = most.iter().map(|day| name(*day)).collect();
            format!("{} and {}", most.join(", "), name(last))
        }
    }
}

/// "UTC", "UTC+1", "UTC-3:30".
fn zone_text(offset_minutes: i32) -> String {
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.unsigned_abs() / 60, offset_minutes.unsigned_abs() % 60);
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

struct QueueStatus {
    info: ToolInfo,
    desk: Arc<dyn Desk>,
}

fn queue_status() -> ToolInfo {
    ToolInfo {
        name: "queue_status".to_owned(),
        description: "Tells how many conversations are waiting for a person right now.".to_owned(),
        effect: Effect::Read,
        needs_verified: false,
        parameters: super::no_parameters(),
    }
}

#[async_trait]
impl Tool for QueueStatus {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Looking at the queue".to_owned()
    }

    async fn call(&self, context: Context, _: Value) -> Outcome {
        match self.desk.waiting().await {
            Ok(waiting) => {
                let text = match waiting {
                    0 => "Nobody is waiting for a person.".to_owned(),
                    1 => "One conversation is waiting for a person.".to_owned(),
                    n => format!("{n} conversations are waiting for a person."),
                };
                Outcome::ok(json!({ "waiting": waiting, "text": text }), Vec::new())
            }
            Err(error) => unavailable(&context, &error),
        }
    }
}

struct CollectContact {
    info: ToolInfo,
}

fn collect_contact() -> ToolInfo {
    ToolInfo {
        name: "collect_contact".to_owned(),
        description: "Notes the e-mail address at which the visitor wants to be answered if they \
                      leave. Only an address that the visitor gave in this conversation."
            .to_owned(),
        effect: Effect::Write,
        needs_verified: false,
        parameters: json!({
            "type": "object",
            "properties": {
                "email": {
                    "type": "string",
                    "minLength": 3,
                    "maxLength": 254,
                    "description": "The address, as the visitor wrote it.",
                },
            },
            "required": ["email"],
            "additionalProperties": false,
        }),
    }
}

#[async_trait]
impl Tool for CollectContact {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Noting your e-mail address".to_owned()
    }

    /// Only an address that the visitor gave is noted.
    fn is_bound(&self) -> bool {
        true
    }

    /// The fact is the record: it stays in the journal and travels with every brief.
    async fn call(&self, context: Context, args: Value) -> Outcome {
        let email = super::text_arg(&args, "email").unwrap_or_default();
        if !is_email(email) {
            return Outcome::error("invalid_email", "That is not an e-mail address; ask again.");
        }
        // An agent that makes up an address, or was talked into another one, gets no further.
        let wanted = email.to_lowercase();
        let known = context.visitor.email.iter().chain(&context.said);
        if !known.into_iter().any(|text| text.to_lowercase().contains(&wanted)) {
            return Outcome::error("not_said", "The visitor has not given this address; ask them.");
        }
        let facts = vec![("contact.email".to_owned(), email.to_owned())];
        Outcome::ok(json!({ "email": email }), facts)
    }
}
