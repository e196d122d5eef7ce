//! Queues of people, and what happens when nobody comes.

use serde::{Deserialize, Serialize};

use crate::{
    agent::{DeskSettings, Invalid},
    id::QueueSlug,
    limits,
    owner::Owner,
    time::Timestamp,
};

/// Shortest and longest time until a queue's fallback, in seconds: a minute, and seven days.
const DEADLINE_S: std::ops::RangeInclusive<u32> = 60..=7 * 86_400;
/// Longest wait between two deadlines of one conversation, in milliseconds, unless the queue's own
/// is longer.
const DAY_MS: i64 = 86_400_000;

/// People who can claim what is handed to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// Its short name; agents and rules hand over to it by this.
    pub slug: QueueSlug,
    /// What visitors read.
    pub name: String,
    /// How long a conversation may wait in it before its fallback, in seconds.
    pub deadline_s: u32,
    /// What happens then.
    #[serde(default)]
    pub fallback: Fallback,
}

/// What happens when nobody has claimed a conversation in time. It never leads to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Fallback {
    /// It stays. The visitor is told what happens next, and asked for an e-mail address if none is
    /// known.
    #[default]
    Tell,
    /// Another queue is asked; from then on its deadline and its fallback hold.
    Queue {
        /// Which.
        slug: QueueSlug,
    },
}

impl Queue {
    /// The owner that it is.
    pub fn owner(&self) -> Owner {
        Owner::Queue { slug: self.slug.clone(), name: self.name.clone() }
    }

    /// Until when a conversation must be claimed that waits for it from `now` on, after `passed`
    /// deadlines have gone by: each wait is twice as long as the one before.
    pub fn deadline(&self, now: Timestamp, passed: u32) -> Timestamp {
        let first = i64::from(self.deadline_s) * 1000;
        let wait = first.saturating_mul(1 << passed.min(20)).min(first.max(DAY_MS));
        now.plus_ms(wait)
    }
}

impl DeskSettings {
    /// The queue of this name.
    pub fn queue_called(&self, slug: &QueueSlug) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.slug == *slug)
    }

    /// Until when `owner`, to whom a conversation is given at `now`, must have claimed it; `None`
    /// for whoever owns without a claim.
    pub fn deadline_of(&self, owner: &Owner, now: Timestamp) -> Option<Timestamp> {
        let Owner::Queue { slug, .. } = owner else { return None };
        let queue = self.queue_called(slug).cloned().unwrap_or_else(|| self.last_queue());
        Some(queue.deadline(now, 0))
    }

    /// The queue behind everything.
    pub fn last_queue(&self) -> Queue {
        self.queue_called(&self.queue).cloned().unwrap_or_else(|| Queue {
            slug: self.queue.clone(),
            name: self.queue.to_string(),
            deadline_s: *DEADLINE_S.start(),
            fallback: Fallback::Tell,
        })
    }

    /// Checks the queues: known to each other, told apart by visitors, and every fallback ends.
    pub fn check_queues(&self) -> Result<(), Invalid> {
        let no = |field: String, message: &str| Err(Invalid { field, message: message.to_owned() });
        if self.queues.len() > limits::QUEUES {
            return no("queues".to_owned(), "At most 20 queues.");
        }
        if self.queue_called(&self.queue).is_none() {
            return no("queue".to_owned(), "Keep the queue behind everything among the queues.");
        }
        for (i, queue) in self.queues.iter().enumerate() {
            let field = |name: &str| format!("queues[{i}].{name}");
            let name = queue.name.trim();
            if name.is_empty() || name.chars().count() > limits::NAME_CHARS {
                return no(field("name"), "Give the queue a short name.");
            }
            if name.chars().any(char::is_control) {
                return no(field("name"), "A name is one line of plain text.");
            }
            let same = |other: &Queue| {
                other.slug == queue.slug || other.name.trim().to_lowercase() == name.to_lowercase()
            };
            if self.queues[..i].iter().any(same) {
                return no(field("name"), "Another queue has this name; choose another.");
            }
            if !DEADLINE_S.contains(&queue.deadline_s) {
                return no(field("deadline_s"), "Choose one minute to seven days, in seconds.");
            }
            if !self.ends(queue) {
                let message = "Choose a queue that does not lead back to this one.";
                return no(field("fallback"), message);
            }
        }
        Ok(())
    }

    /// Whether the fallbacks from `queue` on come to an end.
    fn ends(&self, queue: &Queue) -> bool {
        let mut at = queue;
        for _ in 0..=self.queues.len() {
            match &at.fallback {
                Fallback::Tell => return true,
                Fallback::Queue { slug } => match self.queue_called(slug) {
                    Some(next) => at = next,
                    None => return false,
                },
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent::{RefundPolicy, Target},
        money::{Currency, Money},
    };

    fn queue(slug: &str, fallback: Option<&str>) -> Queue {
        let fallback = fallback
            .map_or(Fallback::Tell, |slug| Fallback::Queue { slug: slug.parse().expect("a slug") });
        let name = format!("The {slug} people");
        Queue { slug: slug.parse().expect("a slug"), name, deadline_s: 900, fallback }
    }

    fn desk(queues: Vec<Queue>) -> DeskSettings {
        let nothing = Money::new(0, Currency::EUR);
        DeskSettings {
            front_door: "triage".parse().expect("a slug"),
            escalation: Target::Queue { slug: "a".parse().expect("a slug") },
            queue: "a".parse().expect("a slug"),
            queues,
            lease_s: 300,
            utc_offset_minutes: 0,
            opens_hour: 9,
            closes_hour: 17,
            open_weekdays: vec![0],
            voice: String::new(),
            spend: crate::model::SpendCaps::default(),
            refund_policy: RefundPolicy {
                per_order: nothing,
                per_customer_day: nothing,
                window_days: 30,
                approval_ttl_s: 60,
            },
            guardrails: Vec::new(),
        }
    }

    #[test]
    fn invariant_14_every_fallback_comes_to_an_end() {
        let check = |what: &str, queues: Vec<Queue>, fault: Option<&str>| {
            let found = desk(queues).check_queues().err().map(|fault| fault.field);
            assert_eq!(found.as_deref(), fault, "{what}");
        };
        check("one queue", vec![queue("a", None)], None);
        check("a chain", vec![queue("a", Some("b")), queue("b", None)], None);
        check("itself", vec![queue("a", Some("a"))], Some("queues[0].fallback"));
        let ring = vec![queue("a", Some("b")), queue("b", Some("a"))];
        check("a ring", ring, Some("queues[0].fallback"));
        let lasso = vec![queue("a", None), queue("b", Some("c")), queue("c", Some("b"))];
        check("a ring besides", lasso, Some("queues[1].fallback"));
        check("nowhere", vec![queue("a", Some("b"))], Some("queues[0].fallback"));
        check("none", vec![], Some("queue"));
        check("not the last one", vec![queue("b", None)], Some("queue"));
        check("twice", vec![queue("a", None), queue("a", None)], Some("queues[1].name"));
        let nameless = Queue { name: " ".to_owned(), ..queue("a", None) };
        check("no name", vec![nameless], Some("queues[0].name"));
        let endless = Queue { name: "x".repeat(10_000), ..queue("a", None) };
        check("a hostile name", vec![endless], Some("queues[0].name"));
        let hasty = Queue { deadline_s: 0, ..queue("a", None) };
        check("no time", vec![hasty], Some("queues[0].deadline_s"));
        let many = (0..21).map(|n| queue(&format!("q{n}"), None)).collect();
        check("too many", many, Some("queues"));
    }

    #[test]
    fn each_wait_is_longer_than_the_last_up_to_a_day() {
        let minutes = |deadline_s, passed| {
            let queue = Queue { deadline_s, ..queue("a", None) };
            queue.deadline(Timestamp(0), passed).0 / 60_000
        };
        assert_eq!([0, 1, 2, 3].map(|passed| minutes(900, passed)), [15, 30, 60, 120]);
        assert_eq!([9, 64, u32::MAX].map(|passed| minutes(900, passed)), [1440; 3]);
        assert_eq!(minutes(7 * 86_400, 3), 7 * 1440, "never shorter than the queue's own");
    }
}
