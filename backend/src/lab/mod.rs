//! Playgrounds: a draft tried in a desk of its own, on a copy of the shop, with the same runtime.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::StreamExt;
use shared::{
    agent::DeskSettings,
    api::{StartPlayground, TriedRules},
    id::{AgentSlug, ClientId, ConversationId, StaffId},
    time::Timestamp,
};
use tempfile::TempDir;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    assemble::{Engine, Workshop, engine, provider},
    auth::token::{self, Kind},
    journal::Thread,
    live::Feed,
    runtime::{Catalog, DeskError, catalog::DESK_SETTING},
    storage::{
        Scope, Store, StoreError,
        rows::{AuditRow, NewIdentity, SiteRow},
        sqlite::{OpenError, SqliteStore},
    },
    tools::{Tool, rehearsal::Rehearsal, shop::LedgerError, toolbox::Toolbox},
};

/// Most playgrounds at the same time.
const AT_ONCE: usize = 16;
/// After so long without a message, a playground is gone.
const IDLE_MS: i64 = 30 * 60 * 1000;
/// How long an answer may take until what there is so far is shown.
const PATIENCE: Duration = Duration::from_secs(30);
/// The site on which playground visitors write.
const SITE: &str = "playground";

/// Why there is no playground, or no answer in it.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// No such playground of this member of staff; it may have expired.
    #[error("no such playground")]
    NotFound,
    /// No such agent.
    #[error("no such agent")]
    UnknownAgent,
    /// No such customer in the shop.
    #[error("no such customer")]
    UnknownCustomer,
    /// Too many are open.
    #[error("too many playgrounds")]
    Full,
    /// The desk refused.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be set up.
    #[error("a playground could not be set up: {0}")]
    Setup(String),
}

/// All playgrounds.
pub struct Lab {
    workshop: Workshop,
    tools: Toolbox,
    places: Arc<Semaphore>,
    benches: Mutex<HashMap<String, Arc<Bench>>>,
}

/// One playground. Its desk stops and its folder goes when it is dropped.
struct Bench {
    staff: StaffId,
    engine: Engine,
    scope: Scope,
    conversation: ConversationId,
    used: Mutex<Timestamp>,
    _stop: DropGuard,
    _place: OwnedSemaphorePermit,
    _folder: TempDir,
}

impl Lab {
    /// No playground yet. `workshop` makes their desks, which have the `tools` that administrators
    /// made as well.
    pub fn new(workshop: Workshop, tools: Toolbox) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { workshop, tools, places, benches: Mutex::default() }
    }

    /// Starts a try-out conversation with the draft of an agent, or its published version if it
    /// has no draft; answers its id.
    pub async fn start(
        &self,
        store: &dyn Store,
        catalog: &Catalog,
        staff: &StaffId,
        start: StartPlayground,
    ) -> Result<(String, Arc<Thread>), LabError> {
        let now = self.workshop.clock.now();
        self.forget_idle(now);
        // Taken before anything is waited for: of two who start at once, one may find it full.
        let place = self.places.clone().try_acquire_owned().map_err(|_| LabError::Full)?;
        let folder = TempDir::new().map_err(|cause| LabError::Setup(cause.to_string()))?;
        let copy = SqliteStore::open(folder.path())?;
        let mut settings = (*catalog.current().settings).clone();
        if start.front_door {
            settings.front_door = start.agent.clone();
        }
        furnish(&*copy, store, &start.agent, &settings, now).await?;
        let ledger = self.workshop.ledger.scratch_copy().await?;
        let workshop = Workshop { ledger, ..self.workshop.clone() };
        let identity = match start.customer {
            Some(customer) => Some(known(&workshop, customer).await?),
            None => None,
        };
        let site = SITE.parse().map_err(|_| LabError::NotFound)?;
        let (_, hash) = token::mint(Kind::Visitor);
        // Nobody holds this token.
        let visitor = copy.start_visitor(&site, &hash, identity, now, now).await?.visitor;
        let engine = engine(copy, &workshop, provider(&workshop)).await?;
        let made = self.tools.made().into_iter();
        engine.tools.replace(made.map(|tool| Arc::new(Rehearsal(tool)) as Arc<dyn Tool>));
        let scope = Scope::Visitor(visitor.id.clone());
        let thread = engine.desk.open(&site, visitor).await?;
        // Last, when nothing can fail any more: what it starts runs until the token fires.
        let stop = CancellationToken::new();
        engine.desk.start(stop.clone());
        let bench = Bench {
            staff: staff.clone(),
            engine,
            scope,
            conversation: thread.state.id.clone(),
            used: Mutex::new(now),
            _stop: stop.drop_guard(),
            _place: place,
            _folder: folder,
        };
        let id = token::id("play_");
        self.benches().insert(id.clone(), Arc::new(bench));
        Ok((id, thread))
    }

    /// Says something; answers the conversation when the turn has ended, and how rules were held
    /// against each message in it.
    pub async fn say(
        &self,
        staff: &StaffId,
        id: &str,
        text: String,
    ) -> Result<(Arc<Thread>, Vec<TriedRules>), LabError> {
        let now = self.workshop.clock.now();
        self.forget_idle(now);
        let bench = self.benches().get(id).filter(|bench| bench.staff == *staff).cloned();
        let bench = bench.ok_or(LabError::NotFound)?;
        *bench.used.lock().unwrap_or_else(PoisonError::into_inner) = now;
        let thread = bench.say(text).await?;
        let tried = bench.engine.desk.tried(&thread).await?;
        Ok((thread, tried))
    }

    /// Drops what nobody has used for long.
    pub fn forget_idle(&self, now: Timestamp) {
        self.benches().retain(|_, bench| {
            let used = *bench.used.lock().unwrap_or_else(PoisonError::into_inner);
            now.since_ms(used) < IDLE_MS
        });
    }

    fn benches(&self) -> MutexGuard<'_, HashMap<String, Arc<Bench>>> {
        self.benches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bench {
    async fn say(&self, text: String) -> Result<Arc<Thread>, LabError> {
        let (desk, journal) = (&self.engine.desk, &self.engine.journal);
        let client_id = ClientId::random(token::random());
        let seq = desk.visitor_says(&self.scope, &self.conversation, client_id, text).await?;
        let turn = Feed::answer(journal, &self.scope, &self.conversation, seq).await?;
        let turn = turn.ok_or(LabError::NotFound)?.for_each(|_| std::future::ready(()));
        // A turn that takes longer goes on; the next look shows what became of it.
        let _ = tokio::time::timeout(PATIENCE, turn).await;
        Ok(desk.load(&Scope::System, &self.conversation).await?)
    }
}

/// Puts into `copy` what is published in `store`, with the draft of `agent` over it.
async fn furnish(
    copy: &dyn Store,
    store: &dyn Store,
    agent: &AgentSlug,
    settings: &DeskSettings,
    now: Timestamp,
) -> Result<(), LabError> {
    let mut found = false;
    for row in store.agents().await? {
        let published = row.published.map(|version| version.spec);
        let spec = if row.slug == *agent {
            row.draft.map(|(spec, _)| spec).or(published)
        } else {
            published
        };
        found |= row.slug == *agent && spec.is_some();
        if let Some(spec) = spec {
            copy.publish(spec, None, None, now).await?;
        }
    }
    if !found {
        return Err(LabError::UnknownAgent);
    }
    let json = serde_json::to_string(settings).map_err(|e| LabError::Setup(e.to_string()))?;
    let made = |what: &str| AuditRow::of_baton(now, "playground", what);
    copy.put_setting(DESK_SETTING, &json, made("desk")).await?;
    let site = SiteRow {
        key: SITE.parse().map_err(|_| LabError::NotFound)?,
        name: "Playground".to_owned(),
        origins: Vec::new(),
        color: "#2f4858".to_owned(),
        greeting: String::new(),
        questions: Vec::new(),
        identity_secret: None,
        active: true,
    };
    Ok(copy.put_site(site, made(SITE)).await?)
}

/// What the shop knows of the customer whom the visitor is taken for.
async fn known(workshop: &Workshop, customer: String) -> Result<NewIdentity, LabError> {
    let found = workshop.ledger.customer(&customer).await?.ok_or(LabError::UnknownCustomer)?;
    Ok(NewIdentity { customer, name: Some(found.name), email: Some(found.email) })
}

impl From<OpenError> for LabError {
    fn from(cause: OpenError) -> Self {
        Self::Setup(cause.to_string())
    }
}

impl From<LedgerError> for LabError {
    fn from(cause: LedgerError) -> Self {
        Self::Setup(cause.to_string())
    }
}
