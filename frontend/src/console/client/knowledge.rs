//! What an administrator can do with the knowledge base.

use shared::{
    api::{
        Article, Articles, DismissQuestion, Imported, NewArticle, SaveArticle, TriedQuestion,
        TryQuestion, UnansweredQuestions,
    },
    id::ArticleSlug,
};

use super::{Admin, Failure, NOTHING, Verb, part};

/// Which articles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleFilter {
    /// All of these words occur in it.
    pub words: String,
    /// In this collection; in any if empty.
    pub collection: String,
    /// In this language; in any if empty.
    pub language: String,
}

/// A file, and where its articles belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// What it is called.
    pub name: String,
    /// The collection.
    pub collection: String,
    /// The language; empty for what each article seems to be in.
    pub language: String,
}

impl Admin {
    /// Makes articles of a file.
    pub async fn import_file(
        &self,
        asked: &ImportFile,
        file: &web_sys::File,
    ) -> Result<Imported, Failure> {
        let ImportFile { name, collection, language } = asked;
        let path = format!(
            "/knowledge/import?name={}&collection={}&language={}",
            part(name),
            part(collection.trim()),
            part(language)
        );
        self.desk().upload(&path, file).await
    }

    /// A page of the articles that pass `filter`.
    pub async fn articles(
        &self,
        filter: &ArticleFilter,
        after: Option<&str>,
    ) -> Result<Articles, Failure> {
        let pairs = [
            ("q", filter.words.trim()),
            ("collection", &filter.collection),
            ("language", &filter.language),
            ("after", after.unwrap_or_default()),
        ];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> =
            pairs.map(|(key, value)| format!("{key}={}", part(value))).collect();
        self.desk()
            .ask(Verb::Get, &format!("/knowledge/articles?{}", query.join("&")), NOTHING)
            .await
    }

    /// One article.
    pub async fn article(&self, slug: &ArticleSlug) -> Result<Article, Failure> {
        self.desk().ask(Verb::Get, &format!("/knowledge/articles/{slug}"), NOTHING).await
    }

    /// Writes an article, or a new one.
    pub async fn save_article(
        &self,
        slug: Option<&ArticleSlug>,
        article: SaveArticle,
    ) -> Result<Article, Failure> {
        if let Some(slug) = slug {
            let path = format!("/knowledge/articles/{slug}");
            return self.desk().ask(Verb::Put, &path, Some(&article)).await;
        }
        let new = NewArticle { slug: None, article };
        self.desk().ask(Verb::Post, "/knowledge/articles", Some(&new)).await
    }

    /// Deletes an article.
    pub async fn delete_article(&self, slug: &ArticleSlug) -> Result<(), Failure> {
        self.desk().tell(Verb::Delete, &format!("/knowledge/articles/{slug}"), NOTHING).await
    }

    /// What visitors asked that nothing covered.
    pub async fn unanswered(&self) -> Result<UnansweredQuestions, Failure> {
        self.desk().ask(Verb::Get, "/knowledge/unanswered", NOTHING).await
    }

    /// Takes a question out of that list.
    pub async fn dismiss_question(&self, done: &DismissQuestion) -> Result<(), Failure> {
        self.desk().tell(Verb::Post, "/knowledge/unanswered/dismiss", Some(done)).await
    }

    /// Puts a question to the articles.
    pub async fn try_question(&self, question: &TryQuestion) -> Result<TriedQuestion, Failure> {
        self.desk().ask(Verb::Post, "/knowledge/try", Some(question)).await
    }
}
