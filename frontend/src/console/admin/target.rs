//! Where a conversation can be handed to, as the value of a choice. No page in here.

use shared::agent::Target;

/// `agent billing`, `queue support`.
pub fn key(target: &Target) -> String {
    match target {
        Target::Agent { slug } => format!("agent {slug}"),
        Target::Queue { slug } => format!("queue {slug}"),
    }
}

/// The target that a value stands for.
pub fn parse(key: &str) -> Option<Target> {
    let (kind, slug) = key.split_once(' ')?;
    match kind {
        "agent" => Some(Target::Agent { slug: slug.parse().ok()? }),
        "queue" => Some(Target::Queue { slug: slug.parse().ok()? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_survive_the_choice() {
        for choice in ["agent escalation", "queue support"] {
            assert_eq!(parse(choice).map(|t| key(&t)).as_deref(), Some(choice));
        }
        for bad in ["", "agent", "agent a b", "staff x", "agent <x>"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
