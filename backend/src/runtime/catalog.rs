//! The agents as they are published, kept in memory and read anew after each publication.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use shared::{
    agent::{AgentSpec, DeskSettings},
    id::AgentSlug,
    owner::Owner,
};

use super::guardrails::Rails;
use crate::{
    brain::{Brain, Reader},
    storage::{Store, StoreError},
};

/// The setting under which the desk's settings are stored.
pub const DESK_SETTING: &str = "desk";

/// What reads and what speaks, made for one set of published agents.
#[derive(Clone)]
pub struct Faculty {
    /// Reads visitors' messages, for the triggers before the brain.
    pub reader: Arc<dyn Reader>,
    /// Speaks for agents.
    pub brain: Arc<dyn Brain>,
}

/// Makes the faculty for a set of published agents.
pub type Teach = dyn Fn(&[AgentSpec]) -> Faculty + Send + Sync;

/// The published agents and the desk's settings at one moment.
#[derive(Clone)]
pub struct Snapshot {
    /// Newest published version of each agent that is not retired.
    pub agents: BTreeMap<AgentSlug, (u32, Arc<AgentSpec>)>,
    /// What holds for the whole desk.
    pub settings: Arc<DeskSettings>,
    /// What nobody may say.
    pub rails: Arc<Rails>,
    /// What reads and speaks.
    pub faculty: Faculty,
}

impl Snapshot {
    /// A snapshot of these agents and settings; the error says which guardrail is none.
    pub fn new(
        agents: BTreeMap<AgentSlug, (u32, Arc<AgentSpec>)>,
        settings: DeskSettings,
        faculty: Faculty,
    ) -> Result<Self, (usize, String)> {
        let rails = Arc::new(Rails::new(&settings.guardrails)?);
        Ok(Self { agents, settings: Arc::new(settings), rails, faculty })
    }

    /// The owner that the agent's newest version would be; `None` if there is no such agent.
    pub fn owner(&self, slug: &AgentSlug) -> Option<Owner> {
        let (version, spec) = self.agents.get(slug)?;
        Some(Owner::Agent { slug: slug.clone(), version: *version, name: spec.name.clone() })
    }
}

/// Hands out the present snapshot, and pinned versions for as long as a tenure needs them.
pub struct Catalog {
    store: Arc<dyn Store>,
    teach: Arc<Teach>,
    current: RwLock<Arc<Snapshot>>,
    pinned: Mutex<HashMap<(AgentSlug, u32), Arc<AgentSpec>>>,
}

impl Catalog {
    /// Reads what is published. `defaults` are the settings of a desk that has none stored.
    pub async fn load(
        store: Arc<dyn Store>,
        defaults: DeskSettings,
        teach: Arc<Teach>,
    ) -> Result<Self, StoreError> {
        let snapshot = read(store.as_ref(), &defaults, &teach).await?;
        Ok(Self {
            store,
            teach,
            current: RwLock::new(Arc::new(snapshot)),
            pinned: Mutex::new(HashMap::new()),
        })
    }

    /// The agents and settings as they are published now.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads again what is published; conversations feel it at their next step or handoff.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let settings = self.current().settings.clone();
        let snapshot = read(self.store.as_ref(), &settings, &self.teach).await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        Ok(())
    }

    /// What would read and speak if these agents were the published ones. Takes a moment of
    /// computing.
    pub async fn imagine(&self, agents: Vec<AgentSpec>) -> Result<Faculty, StoreError> {
        taught(&self.teach, agents).await
    }

    /// One version of an agent, published now or earlier; `None` if there never was one.
    pub async fn version(
        &self,
        slug: &AgentSlug,
        version: u32,
    ) -> Result<Option<Arc<AgentSpec>>, StoreError> {
        if let Some((newest, spec)) = self.current().agents.get(slug)
            && *newest == version
        {
            return Ok(Some(spec.clone()));
        }
        let key = (slug.clone(), version);
        if let Some(spec) = self.pinned.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(spec.clone()));
        }
        let Some(row) = self.store.version(slug, version).await? else { return Ok(None) };
        let spec = Arc::new(row.spec);
        // Versions never change, so what was read once stays right.
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).insert(key, spec.clone());
        Ok(Some(spec))
    }
}

async fn read(
    store: &dyn Store,
    defaults: &DeskSettings,
    teach: &Arc<Teach>,
) -> Result<Snapshot, StoreError> {
    let settings = match store.setting(DESK_SETTING).await? {
        None => defaults.clone(),
        Some(json) => serde_json::from_str(&json)
            .map_err(|error| StoreError::Damaged(format!("setting {DESK_SETTING}: {error}")))?,
    };
    let agents: BTreeMap<_, _> = store
        .agents()
        .await?
        .into_iter()
        .filter_map(|row| row.published)
        .map(|v| (v.spec.slug.clone(), (v.version, Arc::new(v.spec))))
        .collect();
    let specs: Vec<AgentSpec> = agents.values().map(|(_, spec)| (**spec).clone()).collect();
    let faculty = taught(teach, specs).await?;
    Snapshot::new(agents, settings, faculty).map_err(|(at, why)| {
        StoreError::Damaged(format!("setting {DESK_SETTING}: guardrails[{at}]: {why}"))
    })
}

/// Learning takes a moment; requests must not wait for it.
async fn taught(teach: &Arc<Teach>, agents: Vec<AgentSpec>) -> Result<Faculty, StoreError> {
    let teach = teach.clone();
    tokio::task::spawn_blocking(move || teach(&agents))
        .await
        .map_err(|error| StoreError::Damaged(format!("the agents cannot be learnt: {error}")))
}
