//! The tools that there are now: those that Baton comes with, and those that administrators made.

use std::sync::{Arc, PoisonError, RwLock};

use super::{Registry, Tool};

/// All tools, as they are at the moment. Clones share it.
#[derive(Clone, Default)]
pub struct Toolbox(Arc<Inner>);

#[derive(Default)]
struct Inner {
    shipped: Registry,
    now: RwLock<Arc<Registry>>,
}

impl Toolbox {
    /// Only what Baton comes with.
    pub fn new(shipped: Registry) -> Self {
        let now = RwLock::new(Arc::new(shipped.clone()));
        Self(Arc::new(Inner { shipped, now }))
    }

    /// All there are, for as long as one thing takes.
    pub fn now(&self) -> Arc<Registry> {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether Baton comes with a tool of that name.
    pub fn is_shipped(&self, name: &str) -> bool {
        self.0.shipped.get(name).is_some()
    }

    /// The tools that administrators made.
    pub fn made(&self) -> Vec<Arc<dyn Tool>> {
        let now = self.now();
        let made = now.tools.iter().filter(|(name, _)| !self.is_shipped(name));
        made.map(|(_, tool)| tool.clone()).collect()
    }

    /// From now on, `made` are the tools that administrators made. None takes the place of one that
    /// Baton comes with.
    pub fn replace(&self, made: impl IntoIterator<Item = Arc<dyn Tool>>) {
        let mut all = Registry::default();
        made.into_iter().for_each(|tool| all.add(tool));
        self.0.shipped.tools.values().for_each(|tool| all.add(tool.clone()));
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
    }
}
