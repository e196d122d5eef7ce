//! What a data folder holds from its first start on. Each step does nothing if it was done before.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use shared::{api::Role, time::Timestamp};

use crate::{
    auth::{
        password::{Lane, PasswordError, Passwords},
        token,
    },
    brain::defaults,
    config::Config,
    knowledge::{Article, ArticleError, Library, demo_articles, load_folder},
    storage::{
        Store, StoreError,
        rows::{AuditFilter, AuditRow, SiteRow, StaffRow},
    },
    tools::shop::{InvalidShop, Ledger, LedgerError, ShopData},
    vault::{Vault, VaultError},
};

/// Public key of the demo shop's site.
pub const DEMO_SITE: &str = "demo";
/// The secret with which the demo shop vouches for its customers. No secret: it is documented.
const DEMO_SECRET: &str = "demo-identity-secret";
/// The site of a desk without a demo shop.
const MAIN_SITE: &str = "main";
/// The first administrator, unless the settings name one.
const ADMIN: &str = "admin@example.com";
/// Holds made-up passwords until they are changed, readable by the owner only.
const SIGN_INS: &str = "first-sign-in.txt";

/// What the audit log says when the demo shop's articles were put into the store.
const SEEDED: &str = "demo_articles";

/// An account whose made-up password still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Why the data folder cannot be made ready; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum FirstRunError {
    /// A file cannot be read or written.
    #[error("cannot use {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The shop's file makes no sense.
    #[error("the shop {0} cannot be used: {1}")]
    Shop(PathBuf, InvalidShop),
    /// The demo data makes no sense; a fault of the program.
    #[error("the demo shop cannot be used: {0}")]
    Demo(InvalidShop),
    /// An article makes no sense.
    #[error("the articles cannot be used: {0}")]
    Articles(#[from] ArticleError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// Accounts, sites and agents; answers the sign-ins that still stand.
pub async fn furnish(
    store: &dyn Store,
    vault: &Vault,
    passwords: &Passwords,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SignIn>, FirstRunError> {
    let made_up = accounts(store, passwords, config, now).await?;
    sites(store, vault, config, now).await?;
    seal_identities(store, vault, now).await?;
    if store.agents().await?.is_empty() {
        for spec in defaults::agents() {
            store.publish(spec, None, None, now).await?;
        }
    }
    let path = config.data.join(SIGN_INS);
    let known = read_sign_ins(&path)?;
    let mut standing = Vec::new();
    for sign_in in known.iter().chain(&made_up) {
        let account = store.staff_by_email(&sign_in.email).await?;
        let hash = account.filter(|account| account.active).map(|account| account.password_hash);
        if passwords.verify(Lane::Known, sign_in.password.clone(), hash).await? {
            standing.push(sign_in.clone());
        }
    }
    if standing != known {
        write_sign_ins(&path, &standing)?;
    }
    Ok(standing)
}

/// The shop's customers and orders.
pub async fn ledger(config: &Config, now: Timestamp) -> Result<Ledger, FirstRunError> {
    let ledger = Ledger::open(&config.data.join("shop.db"))?;
    if let Some(path) = &config.shop {
        let failed = |cause| FirstRunError::File { path: path.clone(), cause };
        let json = fs::read(path).map_err(failed)?;
        let wrong = |cause| FirstRunError::Shop(path.clone(), cause);
        ledger.load(ShopData::parse(&json).map_err(wrong)?, now).await?;
    } else if config.demo {
        let shop = ShopData::demo().map_err(FirstRunError::Demo)?;
        let first = shop.customers.first().map(|customer| customer.id.clone());
        // Its times are days ago: loaded once, so that they pass as time does.
        let there = match first {
            Some(id) => ledger.customer(&id).await?.is_some(),
            None => true,
        };
        if !there {
            ledger.load(shop, now).await?;
        }
    }
    Ok(ledger)
}

/// What agents answer from: the folder of the settings, if they name one, and what the store has.
/// A demo shop without a folder is given its articles once; from then on they are the admin's.
pub async fn library(
    store: &Arc<dyn Store>,
    config: &Config,
    now: Timestamp,
) -> Result<Library, FirstRunError> {
    let folder = config.knowledge.as_deref().map(load_folder).transpose()?.unwrap_or_default();
    let seeded = AuditFilter { actions: vec![SEEDED.to_owned()], ..AuditFilter::default() };
    let seeded = !store.audit(seeded, None, 1).await?.entries.is_empty();
    if config.demo && config.knowledge.is_none() && !seeded {
        let dated = |article| Article { updated_at: now, ..article };
        let articles = demo_articles()?.into_iter().map(dated).collect();
        let entry = AuditRow::of_baton(now, SEEDED, "demo shop");
        store.put_articles(articles, Vec::new(), entry).await?;
    }
    Ok(Library::open(store.clone(), folder).await?)
}

async fn accounts(
    store: &dyn Store,
    passwords: &Passwords,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<SignIn>, FirstRunError> {
    let mut made_up = Vec::new();
    if store.staff().await?.is_empty() {
        let email = config.admin_email.as_deref().unwrap_or(ADMIN);
        let password = config.admin_password.clone();
        let admin = Newcomer { email, name: "Admin", role: Role::Admin, password };
        made_up.extend(account(store, passwords, admin, now).await?);
    }
    if config.demo {
        for (email, name) in [("sam@example.com", "Sam"), ("kim@example.com", "Kim")] {
            if store.staff_by_email(email).await?.is_none() {
                let agent = Newcomer { email, name, role: Role::Agent, password: None };
                made_up.extend(account(store, passwords, agent, now).await?);
            }
        }
    }
    Ok(made_up)
}

/// Who gets an account; without a password, one is made up.
struct Newcomer<'a> {
    email: &'a str,
    name: &'a str,
    role: Role,
    password: Option<String>,
}

/// Adds an account; answers its sign-in if the password had to be made up.
async fn account(
    store: &dyn Store,
    passwords: &Passwords,
    newcomer: Newcomer<'_>,
    now: Timestamp,
) -> Result<Option<SignIn>, FirstRunError> {
    let Newcomer { email, name, role, password } = newcomer;
    let is_made_up = password.is_none();
    let password = password.unwrap_or_else(|| token::secret().chars().take(16).collect());
    let id = token::id("stf_").parse();
    let staff = StaffRow {
        id: id.map_err(|_| StoreError::Damaged("an id that is none".to_owned()))?,
        email: email.to_owned(),
        name: name.to_owned(),
        role,
        active: true,
        password_hash: passwords.hash(password.clone()).await?,
    };
    store.add_staff(staff, AuditRow::of_baton(now, "staff_added", email)).await?;
    Ok(is_made_up.then(|| SignIn { email: email.to_owned(), password }))
}

async fn sites(
    store: &dyn Store,
    vault: &Vault,
    config: &Config,
    now: Timestamp,
) -> Result<(), FirstRunError> {
    let site = |key: &str, name: &str, greeting: &str, questions: &[&str], secret: &str| {
        let key = key.parse().map_err(|_| StoreError::Damaged("a key that is none".to_owned()))?;
        let secret = vault.seal(&SiteRow::identity_purpose(&key), secret)?;
        Ok::<_, FirstRunError>(SiteRow {
            key,
            name: name.to_owned(),
            origins: vec!["http://localhost:*".to_owned(), "http://127.0.0.1:*".to_owned()],
            color: "#2f4858".to_owned(),
            greeting: greeting.to_owned(),
            questions: questions.iter().map(|&question| question.to_owned()).collect(),
            identity_secret: Some(secret),
            active: true,
        })
    };
    if config.demo {
        let greeting = "Hello! How can we help with your order?";
        let questions = ["I was charged twice", "Where is my order?", "How do returns work?"];
        let demo = site(DEMO_SITE, "Demo shop", greeting, &questions, DEMO_SECRET)?;
        if store.site(&demo.key).await?.is_none() {
            let entry = AuditRow::of_baton(now, "site_added", DEMO_SITE);
            store.put_site(demo, entry).await?;
        }
    } else if store.sites().await?.is_empty() {
        let secret = token::secret();
        let main = site(MAIN_SITE, "My site", "Hello! How can we help?", &[], &secret)?;
        store.put_site(main, AuditRow::of_baton(now, "site_added", MAIN_SITE)).await?;
    }
    Ok(())
}

/// Seals what stood in clear before Baton had a vault, and what an older key has sealed.
async fn seal_identities(
    store: &dyn Store,
    vault: &Vault,
    now: Timestamp,
) -> Result<(), FirstRunError> {
    for mut site in store.sites().await? {
        let Some(stored) = site.identity_secret.take() else { continue };
        if vault.is_current(&stored) {
            continue;
        }
        let purpose = SiteRow::identity_purpose(&site.key);
        let secret = if stored.is_sealed() {
            match vault.read(&purpose, &stored) {
                Ok(secret) => secret,
                Err(cause) => {
                    tracing::error!(site = %site.key, %cause, "its identity secret cannot be read");
                    continue;
                }
            }
        } else {
            stored.as_str().to_owned()
        };
        site.identity_secret = Some(vault.seal(&purpose, &secret)?);
        let entry = AuditRow::of_baton(now, "site_changed", site.key.as_str());
        store.put_site(site, entry.with("identity secret sealed")).await?;
    }
    Ok(())
}

fn read_sign_ins(path: &Path) -> Result<Vec<SignIn>, FirstRunError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(FirstRunError::File { path: path.to_owned(), cause }),
    };
    let pair = |line: &str| {
        let (email, password) = line.split_once(' ')?;
        Some(SignIn { email: email.to_owned(), password: password.to_owned() })
    };
    Ok(text.lines().filter_map(pair).collect())
}

fn write_sign_ins(path: &Path, sign_ins: &[SignIn]) -> Result<(), FirstRunError> {
    let failed = |cause| FirstRunError::File { path: path.to_owned(), cause };
    if sign_ins.is_empty() {
        return fs::remove_file(path).map_err(failed);
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    for SignIn { email, password } in sign_ins {
        writeln!(file, "{email} {password}").map_err(failed)?;
    }
    file.sync_all().map_err(failed)
}
