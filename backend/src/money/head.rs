//! What was sent last, in a file beside the database: a database that knows nothing of it is older
//! than what was paid.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    Finding, Gateway, GatewayError, Receipt, RefundOrder,
    switch::{self, MONEY_SETTING},
};
use crate::storage::Store;

/// The file's name in the data folder.
const FILE: &str = "refunds.head";
/// How many keys are kept: more than one, because refunds that are decided at the same time are not
/// noted in the order in which the database has them.
const KEPT: usize = 16;

/// A payment provider to which nothing is sent that was not noted before, on disk and outside the
/// database, and nothing while refunds are off.
pub struct Noted {
    inner: Arc<dyn Gateway>,
    store: Arc<dyn Store>,
    path: PathBuf,
    head: Mutex<Head>,
    doubtful: BTreeSet<String>,
}

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// Idempotency keys, newest last.
    sent: VecDeque<String>,
}

/// The keys that were noted last, oldest first; `None` if there is no file. One that cannot be read
/// is a fault: it must not pass for one that says nothing.
pub fn noted(folder: &Path) -> io::Result<Option<Vec<String>>> {
    Ok(read(&folder.join(FILE))?.map(|head| head.sent.into()))
}

/// Makes the file if there is none, so that from now on its absence means something.
pub fn begin(folder: &Path) -> io::Result<()> {
    let path = folder.join(FILE);
    if read(&path)?.is_none() { write(&path, &Head::default()) } else { Ok(()) }
}

impl Noted {
    /// `inner`, with what it is sent noted in `folder`. For the `doubtful` keys it is asked first
    /// whether they have led to a refund: the database may have forgotten that they did, and the
    /// provider may have forgotten the key.
    pub fn new(
        inner: Arc<dyn Gateway>,
        store: Arc<dyn Store>,
        folder: &Path,
        doubtful: impl IntoIterator<Item = String>,
    ) -> io::Result<Self> {
        let path = folder.join(FILE);
        let head = Mutex::new(read(&path)?.unwrap_or_default());
        Ok(Self { inner, store, path, head, doubtful: doubtful.into_iter().collect() })
    }

    /// Whether refunds are on, now: looking for a doubtful key may have taken a while. Where nobody
    /// can say, they are not.
    async fn is_on(&self) -> bool {
        let setting = self.store.setting(MONEY_SETTING).await;
        setting.is_ok_and(|setting| switch::off(setting.as_deref()).is_none())
    }

    /// Notes a key. When this answers, it is on disk.
    async fn note(&self, key: &str) -> io::Result<()> {
        let mut head = self.head.lock().await;
        if head.sent.iter().any(|sent| sent == key) {
            return Ok(());
        }
        let mut next = head.clone();
        next.sent.push_back(key.to_owned());
        while next.sent.len() > KEPT {
            next.sent.pop_front();
        }
        let (path, written) = (self.path.clone(), next.clone());
        let task = tokio::task::spawn_blocking(move || write(&path, &written));
        task.await.map_err(io::Error::other)??;
        *head = next;
        Ok(())
    }
}

#[async_trait]
impl Gateway for Noted {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        if self.doubtful.contains(&order.key)
            && let Finding::Made(receipt) = self.inner.find(&order.key).await?
        {
            return Ok(receipt);
        }
        if let Err(error) = self.note(&order.key).await {
            return Err(GatewayError::Unknown(format!(
                "not sent, for {FILE} cannot be written: {error}"
            )));
        }
        if !self.is_on().await {
            return Err(GatewayError::Off);
        }
        self.inner.refund(order).await
    }

    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        self.inner.find(key).await
    }

    async fn newest(&self, limit: usize) -> Result<Vec<Receipt>, GatewayError> {
        self.inner.newest(limit).await
    }

    fn patience(&self) -> Duration {
        self.inner.patience()
    }
}

fn read(path: &Path) -> io::Result<Option<Head>> {
    match fs::read(path) {
        Ok(json) => serde_json::from_slice(&json).map(Some).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file is old or new, never half of it, whenever the power fails.
fn write(path: &Path, head: &Head) -> io::Result<()> {
    let new = path.with_extension("head.new");
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.create(true).write(true).truncate(true).open(&new)?;
    file.write_all(&serde_json::to_vec(head)?)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use shared::money::{Currency, Money};

    use super::*;
    use crate::{
        money::faulty::{Fault, Faulty},
        storage::{sqlite::SqliteStore, story::entry},
    };

    /// Knows nothing and makes everything.
    struct Maker;

    #[async_trait]
    impl Gateway for Maker {
        async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
            Ok(Receipt { id: "re_1".to_owned(), of: order.clone() })
        }

        async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
            let of = order(key);
            Ok(Finding::Made(Receipt { id: "re_before".to_owned(), of }))
        }
    }

    /// Refunds are switched off while it looks for one.
    struct Meanwhile(Arc<dyn Store>);

    #[async_trait]
    impl Gateway for Meanwhile {
        async fn refund(&self, _: &RefundOrder) -> Result<Receipt, GatewayError> {
            panic!("nothing is sent while refunds are off")
        }

        async fn find(&self, _: &str) -> Result<Finding, GatewayError> {
            let off = self.0.put_setting(MONEY_SETTING, "false", entry("money"));
            off.await.expect("switched off");
            Ok(Finding::NoRecord)
        }
    }

    fn store(folder: &Path) -> Arc<dyn Store> {
        SqliteStore::open(&folder.join("db")).expect("a store")
    }

    fn order(key: &str) -> RefundOrder {
        let amount = Money::new(100, Currency::EUR);
        RefundOrder { key: key.to_owned(), charge: "ch_1".to_owned(), amount }
    }

    #[tokio::test]
    async fn what_is_sent_was_noted_before() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(noted(folder.path()).expect("no file"), None);
        begin(folder.path()).expect("made");
        assert_eq!(noted(folder.path()).expect("a file"), Some(Vec::new()));

        let faulty = Arc::new(Faulty::new(Arc::new(Maker)));
        let store = store(folder.path());
        let gateway =
            Noted::new(faulty.clone(), store.clone(), folder.path(), []).expect("a gateway");
        faulty.script_refunds([Fault::DropBefore]);
        assert!(gateway.refund(&order("k0")).await.is_err());
        assert_eq!(noted(folder.path()).expect("a file"), Some(vec!["k0".to_owned()]));
        for n in 0..=KEPT {
            gateway.refund(&order(&format!("k{n}"))).await.expect("made");
        }
        let kept = noted(folder.path()).expect("a file").expect("keys");
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept.last(), Some(&format!("k{KEPT}")));

        // What cannot be noted is not sent.
        let calls = faulty.calls().len();
        let nowhere = folder.path().join("gone");
        fs::create_dir(&nowhere).expect("a folder");
        let gateway = Noted::new(faulty.clone(), store, &nowhere, []).expect("a gateway");
        fs::remove_dir(&nowhere).expect("gone");
        assert!(matches!(gateway.refund(&order("k")).await, Err(GatewayError::Unknown(_))));
        assert_eq!(faulty.calls().len(), calls);
    }

    #[tokio::test]
    async fn what_the_database_may_have_forgotten_is_looked_for_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let faulty = Arc::new(Faulty::new(Arc::new(Maker)));
        let store = store(folder.path());
        let doubtful = ["k1".to_owned()];
        let gateway = Noted::new(faulty.clone(), store, folder.path(), doubtful);
        let gateway = gateway.expect("a gateway");
        assert_eq!(gateway.refund(&order("k1")).await.expect("known").id, "re_before");
        faulty.script_finds([Fault::DropBefore]);
        assert!(gateway.refund(&order("k1")).await.is_err(), "nobody knows: nothing is sent");
        assert_eq!(faulty.calls(), []);
        assert_eq!(gateway.refund(&order("k2")).await.expect("made").id, "re_1");
    }

    #[tokio::test]
    async fn refunds_that_are_stopped_while_one_is_looked_for_stay_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        let provider = Arc::new(Meanwhile(store.clone()));
        let doubtful = ["k1".to_owned()];
        let gateway = Noted::new(provider, store, folder.path(), doubtful).expect("a gateway");
        assert_eq!(gateway.refund(&order("k1")).await, Err(GatewayError::Off));
        assert_eq!(gateway.refund(&order("k2")).await, Err(GatewayError::Off));
    }

    #[test]
    fn a_broken_file_is_a_fault() {
        let folder = tempfile::tempdir().expect("a folder");
        for text in ["", "{", "[]", "{\"sent\": 7}", "\u{0}\u{0}"] {
            fs::write(folder.path().join(FILE), text).expect("written");
            assert!(noted(folder.path()).is_err(), "{text:?}");
            assert!(begin(folder.path()).is_err(), "{text:?}: not overwritten");
        }
    }
}
