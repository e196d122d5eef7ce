//! The knowledge base: articles, and a question put to them.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use shared::{
    api::{
        Article, ArticleLine, Articles, Collection, FoundPassage, NearArticle, NewArticle,
        SaveArticle, TriedQuestion, TriedWord, TryQuestion,
    },
    id::ArticleSlug,
    limits,
};
use utoipa::IntoParams;

use super::{
    body::{Asked, At, Body},
    error::{Answer, Error},
    text,
};
use crate::{
    app::App,
    auth::{AdminAuth, StaffAuth},
    knowledge::{self, ArticleError, Wanted, library::LibraryError},
    storage::rows,
};

/// Most passages that a tried question is answered with: as many as an agent gets.
const PASSAGES: usize = 3;
/// Longest beginning of an article in a list, in characters.
const EXCERPT_CHARS: usize = 160;

/// Which articles.
#[derive(Debug, Deserialize, IntoParams)]
pub struct ArticlesAsked {
    /// In whose title, questions or text all of these words occur.
    q: Option<String>,
    /// In this collection.
    collection: Option<String>,
    /// In this language.
    language: Option<String>,
    /// Where the last page ended.
    after: Option<String>,
}

/// Lists articles, by title.
#[utoipa::path(get, path = "", params(ArticlesAsked), responses((status = 200, body = Articles)))]
pub async fn list(
    State(app): State<App>,
    _admin: AdminAuth,
    Asked(asked): Asked<ArticlesAsked>,
) -> Answer<Json<Articles>> {
    let query = asked.q.unwrap_or_default().to_lowercase();
    if query.chars().count() > limits::QUERY_CHARS {
        return Err(Error::invalid("q", "Search for less."));
    }
    let known = app.library.current();
    let mut all: Vec<&rows::Article> = known.articles().iter().collect();
    all.sort_by_cached_key(|it| (it.title.to_lowercase(), it.slug.clone()));
    let from = match asked.after {
        None => 0,
        Some(after) => {
            let at = all.iter().position(|it| it.slug == after);
            at.ok_or(Error::invalid("after", "Pass `next` of the page before."))? + 1
        }
    };
    let fits = |it: &&rows::Article| {
        asked.collection.as_ref().is_none_or(|collection| it.collection == *collection)
            && asked.language.as_ref().is_none_or(|language| it.language == *language)
            && has_all(it, &query)
    };
    let total = all.iter().filter(|it| fits(it)).count();
    let mut found = all[from..].iter().copied().filter(fits);
    let articles: Vec<ArticleLine> =
        found.by_ref().take(limits::LIST_PAGE).map(|it| line(&app, it)).collect::<Answer<_>>()?;
    let next = found.next().and(articles.last()).map(|last| last.slug.to_string());
    let languages: BTreeSet<&str> = all.iter().map(|it| it.language.as_str()).collect();
    Ok(Json(Articles {
        next,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        collections: collections(&app, &all),
        languages: languages.into_iter().map(str::to_owned).collect(),
        articles,
    }))
}

/// Reads an article.
#[utoipa::path(get, path = "", responses((status = 200, body = Article)))]
pub async fn read(
    State(app): State<App>,
    _admin: AdminAuth,
    At(slug): At<ArticleSlug>,
) -> Answer<Json<Article>> {
    let known = app.library.current();
    whole(&app, known.article(slug.as_str()).ok_or(Error::not_found())?)
}

/// Writes a new article; agents answer from it at once.
#[utoipa::path(post, path = "", request_body = NewArticle,
               responses((status = 200, body = Article),
                         (status = 409, description = "`taken`: the short name. `too_many`: no more fit.")))]
pub async fn add(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(new): Body<NewArticle>,
) -> Answer<Json<Article>> {
    let slug = new.slug.map_or_else(String::new, String::from);
    let article = row(&app, &admin, slug, &new.article)?;
    let added = app.library.add(article, &|action, slug| admin.entry(&app, action, slug)).await?;
    whole(&app, &added)
}

/// Changes an article; agents answer from it at once.
#[utoipa::path(put, path = "", request_body = SaveArticle,
               responses((status = 200, body = Article),
                         (status = 409, description = "`read_only`: it is kept in a folder.")))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(slug): At<ArticleSlug>,
    Body(article): Body<SaveArticle>,
) -> Answer<Json<Article>> {
    let article = row(&app, &admin, slug.into(), &article)?;
    let entry = |action: &str, slug: &str| admin.entry(&app, action, slug);
    whole(&app, &app.library.change(article, &entry).await?)
}

/// Deletes an article; agents no longer answer from it.
#[utoipa::path(delete, path = "",
               responses((status = 204, description = "Deleted."),
                         (status = 409, description = "`read_only`: it is kept in a folder.")))]
pub async fn delete(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(slug): At<ArticleSlug>,
) -> Answer<StatusCode> {
    let entry = |action: &str, slug: &str| admin.entry(&app, action, slug);
    app.library.delete(slug.as_str(), &entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a question to the articles, as an agent would; tells what was found, and why not more.
#[utoipa::path(post, path = "", request_body = TryQuestion,
               responses((status = 200, body = TriedQuestion)))]
pub async fn try_question(
    State(app): State<App>,
    _admin: AdminAuth,
    Body(asked): Body<TryQuestion>,
) -> Answer<Json<TriedQuestion>> {
    let question = text::required("question", &asked.question, limits::MESSAGE_CHARS)?;
    if asked.collections.len() > limits::COLLECTIONS {
        return Err(Error::invalid("collections", "Name fewer collections."));
    }
    let language = asked.language.as_deref().filter(|language| !language.is_empty());
    let wanted = Wanted { collections: &asked.collections, language, most: PASSAGES };
    let tried = app.library.current().tried(&question, wanted);
    let passage = |it: knowledge::Passage| {
        Ok(FoundPassage {
            slug: known_slug(&it.slug)?,
            title: it.title,
            text: it.text,
            url: it.url,
            collection: it.collection,
            language: it.language,
            score: it.score,
        })
    };
    let near = |it: knowledge::Found| {
        Ok(NearArticle { slug: known_slug(&it.slug)?, title: it.title, score: it.score })
    };
    let word = |(word, taken_for)| TriedWord { word, taken_for };
    Ok(Json(TriedQuestion {
        passages: tried.passages.into_iter().map(passage).collect::<Answer<_>>()?,
        near: tried.near.into_iter().map(near).collect::<Answer<_>>()?,
        words: tried.words.into_iter().map(word).collect(),
        why: tried.why,
        needed: knowledge::NEEDED,
    }))
}

fn has_all(article: &rows::Article, query: &str) -> bool {
    query.split_whitespace().all(|word| {
        let has = |text: &str| text.to_lowercase().contains(word);
        has(&article.title) || article.questions.iter().any(|it| has(it)) || has(&article.body)
    })
}

fn collections(app: &App, all: &[&rows::Article]) -> Vec<Collection> {
    let mut found: BTreeMap<&str, Collection> = BTreeMap::new();
    for article in all {
        let collection = found.entry(&article.collection).or_insert_with(|| Collection {
            name: article.collection.clone(),
            articles: 0,
            read_only: true,
        });
        collection.articles += 1;
        collection.read_only &= app.library.is_read_only(&article.slug);
    }
    found.into_values().collect()
}

fn row(app: &App, admin: &StaffAuth, slug: String, save: &SaveArticle) -> Answer<rows::Article> {
    let question = |it: &String| text::required("questions", it, limits::PHRASE_CHARS);
    Ok(rows::Article {
        slug,
        title: text::required("title", &save.title, limits::PHRASE_CHARS)?,
        body: text::required("body", &save.body, limits::ARTICLE_BYTES)?,
        url: save.url.trim().to_owned(),
        language: save.language.trim().to_owned(),
        questions: save.questions.iter().map(question).collect::<Answer<_>>()?,
        collection: text::name("collection", &save.collection)?,
        origin: knowledge::Origin::Desk,
        source: String::new(),
        updated_at: app.clock.now(),
        updated_by: admin.name().name,
    })
}

fn whole(app: &App, article: &rows::Article) -> Answer<Json<Article>> {
    let read_only = app.library.is_read_only(&article.slug);
    let page = article.page();
    let it = article.clone();
    Ok(Json(Article {
        slug: known_slug(&it.slug)?,
        title: it.title,
        body: it.body,
        url: it.url,
        language: it.language,
        questions: it.questions,
        collection: it.collection,
        origin: it.origin,
        source: it.source,
        page,
        read_only,
        updated_at: it.updated_at,
        updated_by: it.updated_by,
    }))
}

fn line(app: &App, it: &rows::Article) -> Answer<ArticleLine> {
    Ok(ArticleLine {
        slug: known_slug(&it.slug)?,
        title: it.title.clone(),
        excerpt: it.body.chars().take(EXCERPT_CHARS).collect(),
        language: it.language.clone(),
        collection: it.collection.clone(),
        origin: it.origin,
        source: it.source.clone(),
        read_only: app.library.is_read_only(&it.slug),
        updated_at: it.updated_at,
        updated_by: it.updated_by.clone(),
    })
}

/// The short name of an article that was checked when it was written.
pub(super) fn known_slug(slug: &str) -> Answer<ArticleSlug> {
    slug.parse().map_err(|_| {
        tracing::error!(slug, "an article has a short name that is none");
        Error::internal()
    })
}

impl From<LibraryError> for Error {
    fn from(why: LibraryError) -> Self {
        match why {
            LibraryError::NotFound => Self::not_found(),
            LibraryError::Taken => {
                Self::taken("slug", "Another article has this short name; choose another.")
            }
            LibraryError::ReadOnly => Self::conflict(
                "read_only",
                "This article is kept in a folder on the server; change it there.",
            ),
            LibraryError::Full => {
                Self::conflict("too_many", "No more articles fit; delete some first.")
            }
            LibraryError::Invalid(ArticleError::Value { field, message }) => {
                Self::invalid(field, message)
            }
            LibraryError::Invalid(other) => Self::invalid("body", other.to_string()),
            LibraryError::Store(cause) => cause.into(),
        }
    }
}
