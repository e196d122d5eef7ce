//! The articles of the knowledge base.

use rusqlite::{Connection, Row};
use shared::time::Timestamp;

use super::convert::{json, name_of, named, to_json};
use crate::storage::{StoreError, rows::Article};

pub(super) fn all(conn: &Connection) -> Result<Vec<Article>, StoreError> {
    let sql = "SELECT slug, title, body, url, language, questions, collection, origin, source,
                   updated_at, updated_by
               FROM articles ORDER BY slug";
    let mut statement = conn.prepare_cached(sql)?;
    let articles = statement.query_map([], article_of)?;
    Ok(articles.collect::<Result<_, _>>()?)
}

pub(super) fn put(
    conn: &Connection,
    articles: &[Article],
    gone: &[String],
) -> Result<(), StoreError> {
    let mut delete = conn.prepare_cached("DELETE FROM articles WHERE slug = ?")?;
    for slug in gone {
        delete.execute([slug])?;
    }
    let sql = "INSERT OR REPLACE INTO articles (slug, title, body, url, language, questions,
                   collection, origin, source, updated_at, updated_by)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut insert = conn.prepare_cached(sql)?;
    for a in articles {
        insert.execute((
            &a.slug,
            &a.title,
            &a.body,
            &a.url,
            &a.language,
            to_json(&a.questions)?,
            &a.collection,
            name_of(&a.origin)?,
            &a.source,
            a.updated_at.0,
            &a.updated_by,
        ))?;
    }
    Ok(())
}

fn article_of(row: &Row<'_>) -> rusqlite::Result<Article> {
    Ok(Article {
        slug: row.get(0)?,
        title: row.get(1)?,
        body: row.get(2)?,
        url: row.get(3)?,
        language: row.get(4)?,
        questions: json(row, 5)?,
        collection: row.get(6)?,
        origin: named(row, 7)?,
        source: row.get(8)?,
        updated_at: Timestamp(row.get(9)?),
        updated_by: row.get(10)?,
    })
}
