//! What is written and not acknowledged, in order.

use shared::id::ClientId;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same at every try, so that it becomes one message.
    pub client_id: ClientId,
    /// What it says.
    pub text: String,
    /// How it stands.
    pub state: Delivery,
}

/// How a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Not acknowledged yet.
    Pending,
    /// On the server's disk.
    Sent,
    /// Not sent; why, and whether it is tried again when the connection is back.
    Failed {
        /// What a person can do about it.
        why: String,
        /// Whether the same may succeed later.
        passing: bool,
    },
}

impl Outgoing {
    /// One that nobody has tried to send.
    pub fn new(client_id: ClientId, text: String) -> Self {
        Self { client_id, text, state: Delivery::Pending }
    }
}

/// Most messages that wait at once; more than anybody writes while offline.
pub const MOST: usize = 100;

/// The messages on their way, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outbox(Vec<Outgoing>);

impl Outbox {
    /// What was left from last time. Nobody knows how far it came: it is sent again.
    pub fn restore(left: Vec<Outgoing>) -> Self {
        let again = |outgoing: Outgoing| Outgoing::new(outgoing.client_id, outgoing.text);
        Self(left.into_iter().take(MOST).map(again).collect())
    }

    /// All of them.
    pub fn all(&self) -> &[Outgoing] {
        &self.0
    }

    /// Adds one; false if it is there already or there are too many.
    pub fn push(&mut self, client_id: ClientId, text: String) -> bool {
        let fits = self.0.len() < MOST && !self.0.iter().any(|o| o.client_id == client_id);
        if fits {
            self.0.push(Outgoing::new(client_id, text));
        }
        fits
    }

    /// The next to send. One that failed for good does not hold up the others.
    pub fn next(&self) -> Option<&Outgoing> {
        self.0.iter().find(|o| o.state == Delivery::Pending)
    }

    /// Notes how one stands.
    pub fn set(&mut self, client_id: &ClientId, state: Delivery) {
        if let Some(found) = self.0.iter_mut().find(|o| o.client_id == *client_id) {
            found.state = state;
        }
    }

    /// Tries those again that may succeed now.
    pub fn revive(&mut self) -> bool {
        let mut any = false;
        for outgoing in &mut self.0 {
            if matches!(outgoing.state, Delivery::Failed { passing: true, .. }) {
                outgoing.state = Delivery::Pending;
                any = true;
            }
        }
        any
    }

    /// Drops one: it is in the journal now. Says whether it was there.
    pub fn settle(&mut self, client_id: &ClientId) -> bool {
        let before = self.0.len();
        self.0.retain(|o| o.client_id != *client_id);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> ClientId {
        ClientId::random((n as u128).to_be_bytes())
    }

    fn outbox(n: usize) -> Outbox {
        let mut outbox = Outbox::default();
        for n in 0..n {
            assert!(outbox.push(id(n), format!("text {n}")));
        }
        outbox
    }

    #[test]
    fn goes_in_order_and_around_what_failed() {
        let mut outbox = outbox(3);
        let next = |outbox: &Outbox| outbox.next().map(|o| o.client_id.clone());
        assert_eq!(next(&outbox), Some(id(0)));
        outbox.set(&id(0), Delivery::Failed { why: "Too long.".into(), passing: false });
        assert_eq!(next(&outbox), Some(id(1)));
        outbox.set(&id(1), Delivery::Sent);
        assert!(outbox.settle(&id(1)));
        assert!(!outbox.settle(&id(1)));
        assert_eq!(next(&outbox), Some(id(2)));
    }

    #[test]
    fn only_what_may_succeed_is_tried_by_itself() {
        let mut outbox = outbox(2);
        outbox.set(&id(0), Delivery::Failed { why: String::new(), passing: false });
        outbox.set(&id(1), Delivery::Failed { why: String::new(), passing: true });
        assert!(outbox.revive());
        assert_eq!(outbox.next().map(|o| o.client_id.clone()), Some(id(1)));
    }

    #[test]
    fn one_message_is_one_and_there_is_an_end() {
        let mut outbox = outbox(MOST);
        assert!(!outbox.push(id(0), "again".into()));
        assert!(!outbox.push(id(MOST), "too many".into()));
    }

    #[test]
    fn what_was_left_is_sent_again() {
        let mut before = outbox(2);
        before.set(&id(0), Delivery::Sent);
        let restored = Outbox::restore(before.all().to_vec());
        assert!(restored.all().iter().all(|o| o.state == Delivery::Pending));
    }
}
