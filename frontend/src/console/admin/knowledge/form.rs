//! What is written into an article's form.

use leptos::prelude::*;
use shared::{
    api::{Article, Articles, SaveArticle},
    limits::ARTICLE_BYTES,
};

use super::{
    super::super::{
        field::{Field, Select, TextArea, TextInput, Wrong},
        load::Loader,
        words,
    },
    LANGUAGES,
};

/// The form's contents.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// Its title.
    pub title: RwSignal<String>,
    /// What it says, as Markdown.
    pub body: RwSignal<String>,
    url: RwSignal<String>,
    language: RwSignal<String>,
    questions: RwSignal<String>,
    collection: RwSignal<String>,
}

impl Draft {
    /// Begins with `article`.
    pub fn of(article: SaveArticle) -> Self {
        Self {
            title: RwSignal::new(article.title),
            body: RwSignal::new(article.body),
            url: RwSignal::new(article.url),
            language: RwSignal::new(article.language),
            questions: RwSignal::new(article.questions.join("\n")),
            collection: RwSignal::new(article.collection),
        }
    }

    /// As it stands on the page.
    pub fn read(self) -> SaveArticle {
        let questions = self.questions.get();
        let questions = questions.lines().map(str::trim).filter(|it| !it.is_empty());
        SaveArticle {
            title: self.title.get().trim().to_owned(),
            body: self.body.get().trim().to_owned(),
            url: self.url.get().trim().to_owned(),
            language: self.language.get(),
            questions: questions.map(str::to_owned).collect(),
            collection: self.collection.get().trim().to_owned(),
        }
    }
}

/// What can be changed of an article.
pub fn editable(article: Article) -> SaveArticle {
    let Article { title, body, url, language, questions, collection, .. } = article;
    SaveArticle { title, body, url, language, questions, collection }
}

/// A new article, perhaps as the answer to a question.
pub fn fresh(question: String) -> SaveArticle {
    SaveArticle {
        title: question.clone(),
        body: String::new(),
        url: String::new(),
        language: "en".to_owned(),
        questions: Some(question).filter(|it| !it.is_empty()).into_iter().collect(),
        collection: "general".to_owned(),
    }
}

/// What can be told without asking the server.
pub fn check(article: &SaveArticle) -> Result<(), (String, String)> {
    let fail = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    if article.title.is_empty() {
        return fail("title", "Give it a title.");
    }
    if article.body.is_empty() {
        return fail("body", "Write what agents should answer.");
    }
    if article.body.len() > ARTICLE_BYTES {
        return fail("body", "This is longer than 64 KiB; make several articles of it.");
    }
    if article.collection.is_empty() {
        return fail("collection", "Name a collection, such as general.");
    }
    Ok(())
}

/// The fields of the form.
#[component]
pub fn Fields(
    /// What is written.
    draft: Draft,
    /// What is wrong with it.
    wrong: Wrong,
    /// What there is.
    list: Loader<Articles>,
) -> impl IntoView {
    let set = |signal: RwSignal<String>| Callback::new(move |v| signal.set(v));
    view! {
        <fieldset>
            <legend>"The article"</legend>
            <Field field="title" label="Title" wrong=wrong>
                <TextInput id="title" value=draft.title on_input=set(draft.title)/>
            </Field>
            <Field
                field="body"
                label="Text"
                hint="Markdown. Say the main thing first; keep what belongs together in one paragraph."
                wrong=wrong
            >
                <TextArea id="body" rows=14 value=draft.body on_input=set(draft.body)/>
            </Field>
            <Field
                field="questions"
                label="Questions it answers"
                hint="As visitors ask them, one a line. They are found better for it."
                wrong=wrong
            >
                <TextArea id="questions" rows=4 value=draft.questions on_input=set(draft.questions)/>
            </Field>
        </fieldset>
        <fieldset>
            <legend>"Where it belongs"</legend>
            <div class="row">
                <Field field="collection" label="Collection" wrong=wrong>
                    <Collection chosen=draft.collection list=list/>
                </Field>
                <Field field="language" label="Language" wrong=wrong>
                    <Select
                        id="language"
                        value=draft.language
                        options=Signal::stored(LANGUAGES.map(|tag| (tag.to_owned(), words::language(tag))).to_vec())
                        on_change=set(draft.language)
                    />
                </Field>
            </div>
            <Field
                field="url"
                label="Page (optional)"
                hint="Where your site shows this. Answers link there. If empty, Baton shows the article itself."
                wrong=wrong
            >
                <TextInput id="url" kind="url" placeholder="https://" value=draft.url on_input=set(draft.url)/>
            </Field>
        </fieldset>
    }
}

/// A collection: one that is there, or a new one.
#[component]
fn Collection(chosen: RwSignal<String>, list: Loader<Articles>) -> impl IntoView {
    let known = move || list.ready().map(|list| list.collections).unwrap_or_default();
    view! {
        <input
            id="collection"
            name="collection"
            list="collections"
            autocomplete="off"
            prop:value=chosen
            on:input:target=move |ev| chosen.set(ev.target().value())
        />
        <datalist id="collections">
            {move || known().into_iter().map(|it| view! { <option value=it.name></option> }).collect_view()}
        </datalist>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_checked_before_it_is_sent() {
        let good = || SaveArticle { body: "B".into(), ..fresh("How?".into()) };
        let check = |article: SaveArticle, fault: Option<&str>| {
            assert_eq!(super::check(&article).err().map(|e| e.0).as_deref(), fault);
        };
        check(good(), None);
        check(fresh("How?".into()), Some("body"));
        check(SaveArticle { title: String::new(), ..good() }, Some("title"));
        check(SaveArticle { collection: String::new(), ..good() }, Some("collection"));
        check(SaveArticle { body: "x".repeat(ARTICLE_BYTES + 1), ..good() }, Some("body"));
        assert_eq!(good().questions, ["How?"]);
        assert!(fresh(String::new()).questions.is_empty());
    }
}
