//! Files uploaded as articles.

use axum::{Json, extract::State};
use serde::Deserialize;
use shared::{
    api::{Imported, ImportedArticle},
    limits,
};
use utoipa::IntoParams;

use super::{
    body::{Asked, Upload},
    error::{Answer, Error},
    knowledge::known_slug,
    text,
};
use crate::{
    app::App,
    auth::AdminAuth,
    knowledge::{Origin, import::Kind, library::Import},
};

/// Which file, and where its articles belong.
#[derive(Debug, Deserialize, IntoParams)]
pub struct ImportAsked {
    /// What the file is called; its ending says what it is: md, txt, html, csv or pdf.
    name: String,
    /// The collection of its articles.
    collection: String,
    /// Their language; by default, what each seems to be in.
    language: Option<String>,
}

/// Makes articles of a file, all of them or none. What came from a file of the same name in the same
/// collection before is replaced. The body is the file as it is.
#[utoipa::path(post, path = "", params(ImportAsked),
               request_body(content = Vec<u8>, content_type = "application/octet-stream"),
               responses((status = 200, body = Imported),
                         (status = 413, description = "`too_large`."),
                         (status = 422, description = "`invalid`: the message says what is wrong with the file.")))]
pub async fn import(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Asked(asked): Asked<ImportAsked>,
    Upload(bytes): Upload,
) -> Answer<Json<Imported>> {
    let name = text::required("name", &asked.name, limits::PHRASE_CHARS)?;
    let collection = text::name("collection", &asked.collection)?;
    let message = "Baton reads .md, .txt, .html, .csv and .pdf.";
    let kind = Kind::of(&name).ok_or(Error::invalid("name", message))?;
    let pieces = app.apart.read(kind, &name, &bytes).await;
    let pieces = pieces.map_err(|why| Error::invalid("file", why.to_string()))?;
    let import = Import {
        source: name,
        collection,
        language: asked.language.filter(|language| !language.is_empty()),
        origin: Origin::Desk,
        by: admin.name().name,
        now: app.clock.now(),
    };
    let entry = |action: &str, what: &str| admin.entry(&app, action, what);
    let done = app.library.import(import, pieces, &entry).await?;
    let article =
        |(slug, title): (String, String)| Ok(ImportedArticle { slug: known_slug(&slug)?, title });
    let articles = done.articles.into_iter().map(article).collect::<Answer<_>>()?;
    Ok(Json(Imported { articles, replaced: done.replaced }))
}
