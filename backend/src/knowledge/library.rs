//! The articles of a desk: kept in the store or in a folder, changed, and at once searchable.

use std::{collections::HashSet, sync::Arc};

use shared::{limits, time::Timestamp};
use tokio::{sync::Mutex, task::spawn_blocking};

use super::{
    Article, ArticleError, Knowledge, Origin, Shelf, articles, import::Piece, stop_words::LISTS,
    words::guess,
};
use crate::storage::{Store, StoreError, rows::AuditRow};

/// Why articles were not changed.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is no such article.
    #[error("there is no such article")]
    NotFound,
    /// An article of that short name is there already.
    #[error("an article of this short name is there already")]
    Taken,
    /// It is kept in a folder.
    #[error("it is kept in a folder and can only be changed there")]
    ReadOnly,
    /// No more fit.
    #[error("there are too many articles")]
    Full,
    /// An article makes no sense.
    #[error(transparent)]
    Invalid(#[from] ArticleError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All articles of a desk.
pub struct Library {
    store: Arc<dyn Store>,
    /// What a folder holds; read once, and changed by nobody.
    folder: Vec<Article>,
    shelf: Arc<Shelf>,
    /// Held while a change is checked, made and indexed.
    changes: Mutex<()>,
}

impl Library {
    /// Opens the library over `store`, with what a `folder` holds besides. Where both have an
    /// article of one name, the folder's is the one.
    pub async fn open(store: Arc<dyn Store>, folder: Vec<Article>) -> Result<Self, StoreError> {
        let shelf = Arc::new(Shelf::default());
        let library = Self { store, folder, shelf, changes: Mutex::default() };
        library.index().await?;
        Ok(library)
    }

    /// What agents search; the same for as long as the desk runs.
    pub fn shelf(&self) -> Arc<Shelf> {
        self.shelf.clone()
    }

    /// All articles as they are now.
    pub fn current(&self) -> Arc<Knowledge> {
        self.shelf.current()
    }

    /// Whether the article is kept in a folder.
    pub fn is_read_only(&self, slug: &str) -> bool {
        self.folder.iter().any(|article| article.slug == slug)
    }

    /// Adds an article. An empty short name is made from the title. Answers the article.
    pub async fn add(
        &self,
        mut article: Article,
        audit: Entry<'_>,
    ) -> Result<Article, LibraryError> {
        let _change = self.changes.lock().await;
        let known = self.current();
        if article.slug.is_empty() {
            let taken = known.articles().iter().map(|it| it.slug.clone()).collect();
            article.slug = free_slug(&article.title, &taken);
        }
        articles::check(&article)?;
        if known.article(&article.slug).is_some() {
            return Err(LibraryError::Taken);
        }
        if known.articles().len() >= limits::ARTICLES {
            return Err(LibraryError::Full);
        }
        self.write(vec![article.clone()], Vec::new(), audit("article_added", &article.slug))
            .await?;
        Ok(article)
    }

    /// Replaces an article; what it came from stays.
    pub async fn change(
        &self,
        article: Article,
        audit: Entry<'_>,
    ) -> Result<Article, LibraryError> {
        let _change = self.changes.lock().await;
        let before = self.own(&article.slug)?;
        let article = Article { origin: before.origin, source: before.source, ..article };
        articles::check(&article)?;
        let entry = audit("article_changed", &article.slug);
        self.write(vec![article.clone()], Vec::new(), entry).await?;
        Ok(article)
    }

    /// Deletes an article.
    pub async fn delete(&self, slug: &str, audit: Entry<'_>) -> Result<(), LibraryError> {
        let _change = self.changes.lock().await;
        let article = self.own(slug)?;
        let entry = audit("article_deleted", slug).with(article.title);
        Ok(self.write(Vec::new(), vec![article.slug], entry).await?)
    }

    /// An article that can be changed here.
    fn own(&self, slug: &str) -> Result<Article, LibraryError> {
        let found = self.current().article(slug).cloned().ok_or(LibraryError::NotFound)?;
        if self.is_read_only(slug) { Err(LibraryError::ReadOnly) } else { Ok(found) }
    }

    async fn write(
        &self,
        articles: Vec<Article>,
        gone: Vec<String>,
        audit: AuditRow,
    ) -> Result<(), StoreError> {
        self.store.put_articles(articles, gone, audit).await?;
        self.index().await
    }

    /// Indexes what there is; searches go on meanwhile on what was there before.
    async fn index(&self) -> Result<(), StoreError> {
        let mut all = self.folder.clone();
        let kept = self.store.articles().await?;
        all.extend(kept.into_iter().filter(|article| !self.is_read_only(&article.slug)));
        let built = spawn_blocking(move || Knowledge::build(all)).await;
        let knowledge = built.map_err(|cause| StoreError::Damaged(cause.to_string()))?;
        self.shelf.replace(knowledge);
        Ok(())
    }
}

/// Where articles come from, and where they belong.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file, or the page.
    pub source: String,
    /// The collection.
    pub collection: String,
    /// The language of those that do not name one; by default what each seems to be in.
    pub language: Option<String>,
    /// Who vouches for them.
    pub origin: Origin,
    /// Who imports them.
    pub by: String,
    /// When.
    pub now: Timestamp,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Done {
    /// Short name and title of each article.
    pub articles: Vec<(String, String)>,
    /// How many articles of before were replaced.
    pub replaced: u32,
}

impl Library {
    /// Adds articles, all or none, in the place of what came from the same source into the same
    /// collection before. One that had the same title keeps its short name, so that links stay good.
    pub async fn import(
        &self,
        import: Import,
        pieces: Vec<Piece>,
        audit: Entry<'_>,
    ) -> Result<Done, LibraryError> {
        let _change = self.changes.lock().await;
        let known = self.current();
        let is_before = |it: &&Article| {
            it.source == import.source
                && it.collection == import.collection
                && !self.is_read_only(&it.slug)
        };
        let before: Vec<&Article> = known.articles().iter().filter(is_before).collect();
        if known.articles().len() - before.len() + pieces.len() > limits::ARTICLES {
            return Err(LibraryError::Full);
        }
        let mut taken: HashSet<String> =
            known.articles().iter().map(|it| it.slug.clone()).collect();
        let mut kept: HashSet<String> = HashSet::new();
        let mut articles = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let same = before.iter().find(|it| it.title == piece.title && !kept.contains(&it.slug));
            let slug = match same {
                Some(same) => same.slug.clone(),
                None => free_slug(&piece.title, &taken),
            };
            taken.insert(slug.clone());
            kept.insert(slug.clone());
            let article = article_of(&import, slug, piece);
            articles::check(&article).map_err(|error| ArticleError::In {
                file: article.title.clone(),
                error: Box::new(error),
            })?;
            articles.push(article);
        }
        let gone: Vec<String> = before.iter().map(|it| it.slug.clone()).collect();
        let done = Done {
            articles: articles.iter().map(|it| (it.slug.clone(), it.title.clone())).collect(),
            replaced: u32::try_from(gone.len()).unwrap_or(u32::MAX),
        };
        let entry = audit("articles_imported", &import.source);
        let entry = entry.with(format!("{} articles", articles.len()));
        self.write(articles, gone, entry).await?;
        Ok(done)
    }
}

fn article_of(import: &Import, slug: String, piece: Piece) -> Article {
    let Piece { title, body, questions, language, url } = piece;
    let language = language.or_else(|| import.language.clone());
    let seems = || {
        let text: String = body.chars().take(GUESSED_CHARS).collect();
        let language = guess(&text, LISTS.iter().map(|(language, _)| *language));
        language.unwrap_or("en").to_owned()
    };
    Article {
        slug,
        title,
        url,
        language: language.unwrap_or_else(seems),
        questions,
        body,
        collection: import.collection.clone(),
        origin: import.origin,
        source: import.source.clone(),
        updated_at: import.now,
        updated_by: import.by.clone(),
    }
}

/// How much of a text tells its language, in characters.
const GUESSED_CHARS: usize = 2_000;

/// Makes the audit entry of an action on an article.
pub type Entry<'a> = &'a (dyn Fn(&str, &str) -> AuditRow + Sync);

/// A short name for `title` that is not among `taken`.
fn free_slug(title: &str, taken: &HashSet<String>) -> String {
    let slug = articles::slug_of(title);
    if !taken.contains(&slug) {
        return slug;
    }
    // There are at most as many articles as numbers.
    let numbered = (2..=limits::ARTICLES + 2)
        .map(|number| format!("{slug}-{number}"))
        .find(|it| !taken.contains(it));
    numbered.unwrap_or(slug)
}
