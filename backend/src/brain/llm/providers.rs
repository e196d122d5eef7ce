//! The providers that are connected, as they are now: an administrator's change holds from the next
//! request on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use shared::{
    api::{ConnectionHealth, OfferedModel},
    model::{ModelRef, Price, Protocol},
};
use tokio::time::Instant;

use super::breaker::Breaker;

/// A connection to a provider, with its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Provider {
    /// What agents call it.
    pub id: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Where it answers.
    pub base_url: String,
    /// Its key; empty where it needs none.
    pub key: String,
    /// What it offers.
    pub models: Vec<OfferedModel>,
}

impl std::fmt::Debug for Provider {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({}, {:?}, {})", self.id, self.protocol, self.base_url)
    }
}

/// A provider, and how it is doing.
pub(super) struct Known {
    pub(super) provider: Provider,
    breaker: Mutex<Breaker>,
}

impl Known {
    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type ById = BTreeMap<String, Arc<Known>>;

/// All providers. Clones share them.
#[derive(Clone, Default)]
pub struct Providers {
    known: Arc<RwLock<Arc<ById>>>,
}

impl Providers {
    /// Replaces them all. One that has not changed keeps what is known of how it is doing.
    pub fn replace(&self, providers: impl IntoIterator<Item = Provider>) {
        let before = self.known();
        let keep = |provider: Provider| {
            let same = before.get(&provider.id).filter(|known| known.provider == provider);
            let known = same.cloned().unwrap_or_else(|| {
                Arc::new(Known { provider: provider.clone(), breaker: Mutex::default() })
            });
            (provider.id, known)
        };
        let after = providers.into_iter().map(keep).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
    }

    /// Whether one of them offers `model`, as an agent names it.
    pub fn offer(&self, model: &str) -> bool {
        self.find(model).is_some()
    }

    /// What `model` costs, if it is offered.
    pub fn price(&self, model: &str) -> Option<Price> {
        self.find(model).map(|(_, offered)| offered.price)
    }

    /// How each is doing.
    pub fn health(&self, id: &str) -> ConnectionHealth {
        let known = self.known();
        known.get(id).map(|known| known.breaker().health(Instant::now())).unwrap_or_default()
    }

    pub(super) fn find(&self, model: &str) -> Option<(Arc<Known>, OfferedModel)> {
        let named = ModelRef::parse(model)?;
        let known = self.known().get(named.connection)?.clone();
        let offered = known.provider.models.iter().find(|m| m.name == named.model)?.clone();
        Some((known, offered))
    }

    fn known(&self) -> Arc<ById> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use shared::time::Timestamp;

    use super::*;

    fn provider(id: &str, url: &str) -> Provider {
        Provider {
            id: id.to_owned(),
            protocol: Protocol::Anthropic,
            base_url: url.to_owned(),
            key: "k-secret".to_owned(),
            models: vec![OfferedModel { name: "a/b".to_owned(), price: Price::default() }],
        }
    }

    #[test]
    fn a_change_holds_at_once_and_forgets_old_faults() {
        let providers = Providers::default();
        assert!(!providers.offer("one/a/b"));
        providers.replace([provider("one", "https://x"), provider("two", "https://y")]);
        assert!(providers.offer("one/a/b") && !providers.offer("one/a") && !providers.offer("b"));
        for id in ["one", "two"] {
            let (known, _) = providers.find(&format!("{id}/a/b")).unwrap();
            let rest = std::time::Duration::ZERO;
            known.breaker().failed("down", Timestamp(0), Instant::now(), rest, None);
        }
        providers.replace([provider("one", "https://x"), provider("two", "https://z")]);
        assert_eq!((providers.health("one").failures, providers.health("two").failures), (1, 0));
        providers.replace([]);
        assert!(!providers.offer("one/a/b"));
        assert!(!format!("{:?}", provider("one", "https://x")).contains("secret"));
    }
}
