//! Before something is learnt: what it would change, saved tests, and what is worth a label.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    api::{AddTest, DismissMessage, Effect, Lesson, SavedTest, TestRun, TestRuns, UnsureMessages},
    id::TestId,
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    suggestions::checked,
    text,
};
use crate::{
    app::App,
    auth::{AdminAuth, token},
    learning::{self, Said, Trial, read_as},
};

/// Messages of all authors that are looked at for those of visitors.
const MESSAGES: usize = 4 * limits::MESSAGES_OF_LATE;

/// Tells what a lesson would change, of the saved tests and of the messages of late. Nothing is kept.
#[utoipa::path(post, path = "", request_body = Lesson, responses((status = 200, body = Effect)))]
pub async fn effect(
    State(app): State<App>,
    _admin: AdminAuth,
    Body(lesson): Body<Lesson>,
) -> Answer<Json<Effect>> {
    let desk = app.catalog.current();
    let lesson = checked(&desk, lesson)?;
    let mut agents: Vec<_> = desk.agents.values().map(|(_, spec)| (**spec).clone()).collect();
    for agent in agents.iter_mut().filter(|it| it.slug == lesson.agent) {
        if let Some(taught) = learning::taught(agent, &lesson) {
            taught.validate()?;
            *agent = taught;
        }
    }
    let (before, after) = (desk.faculty.clone(), app.catalog.imagine(agents).await?);
    let (tests, said) = (app.store.saved_tests().await?, of_late(&app).await?);
    let tried = apart(move || {
        let trial = Trial { before: before.reader.as_ref(), after: after.reader.as_ref() };
        learning::effect(&trial, &lesson, tests, &said)
    });
    Ok(Json(tried.await?))
}

/// Lists messages of late that the reader is least sure of, and that nobody has labelled.
#[utoipa::path(get, path = "", responses((status = 200, body = UnsureMessages)))]
pub async fn unsure(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<UnsureMessages>> {
    let (desk, said) = (app.catalog.current(), of_late(&app).await?);
    let looked_at = u32::try_from(said.len()).unwrap_or(u32::MAX);
    let front_door = desk.agents.get(&desk.settings.front_door);
    let threshold = front_door.map_or(1.0, |(_, spec)| spec.confidence_threshold);
    let reader = desk.faculty.reader.clone();
    let most = limits::LIST_PAGE;
    let found = apart(move || learning::unsure(reader.as_ref(), &said, threshold, most));
    Ok(Json(UnsureMessages { messages: found.await?, looked_at }))
}

/// Takes a message out of that list, for good.
#[utoipa::path(post, path = "", request_body = DismissMessage,
               responses((status = 204, description = "It is not listed any more.")))]
pub async fn dismiss(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(DismissMessage { conversation, seq }): Body<DismissMessage>,
) -> Answer<StatusCode> {
    let mut entry = admin.entry(&app, "message_dismissed", conversation.as_str());
    entry.conversation = Some(conversation.clone());
    app.store.dismiss_message(&conversation, seq, entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Runs the saved tests against what is published.
#[utoipa::path(get, path = "", responses((status = 200, body = TestRuns)))]
pub async fn tests(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<TestRuns>> {
    let reader = app.catalog.current().faculty.reader.clone();
    let tests = app.store.saved_tests().await?;
    let run = move |test: SavedTest| {
        let read = read_as(&reader.read(&test.text, &[]));
        TestRun { passes: test.passes(&read), test, read }
    };
    let mut runs: Vec<TestRun> = apart(move || tests.into_iter().map(run).collect()).await?;
    runs.sort_by_key(|it| it.passes);
    Ok(Json(TestRuns { runs }))
}

/// Saves a test: a message, and the agent that must be found for it.
#[utoipa::path(post, path = "", request_body = AddTest,
               responses((status = 200, body = TestRun),
                         (status = 409, description = "`too_many`: no more fit.")))]
pub async fn add_test(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(add): Body<AddTest>,
) -> Answer<Json<TestRun>> {
    let desk = app.catalog.current();
    let (agent, intent) = (add.agent, add.intent.filter(|it| !it.is_empty()));
    if !desk.agents.contains_key(&agent) {
        return Err(Error::invalid("agent", "Choose a published agent."));
    }
    let specs = || desk.agents.values().map(|(_, spec)| &**spec);
    if intent.as_ref().is_some_and(|intent| !learning::can_be_about(specs(), &agent, intent)) {
        return Err(Error::invalid("intent", "Choose what this agent's examples teach."));
    }
    let words = text::required("text", &add.text, limits::PHRASE_CHARS)?;
    let words = text::required("text", &learning::example(&words, None), limits::PHRASE_CHARS)?;
    let _change = app.changes.lock().await;
    if app.store.saved_tests().await?.len() >= limits::SAVED_TESTS {
        return Err(Error::conflict("too_many", "Delete a saved test first."));
    }
    let id: TestId = token::id("tst_").parse().map_err(|_| Error::internal())?;
    let (by, at) = (admin.name(), app.clock.now());
    let test = SavedTest { id, text: words, agent, intent, by, at };
    let entry = admin.entry(&app, "test_saved", &test.text).with(test.agent.as_str());
    app.store.add_test(test.clone(), entry).await?;
    let read = read_as(&desk.faculty.reader.read(&test.text, &[]));
    Ok(Json(TestRun { passes: test.passes(&read), test, read }))
}

/// Deletes a saved test.
#[utoipa::path(delete, path = "", responses((status = 204, description = "It is gone.")))]
pub async fn delete_test(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<TestId>,
) -> Answer<StatusCode> {
    let known = app.store.saved_tests().await?.into_iter().find(|it| it.id == id);
    let text = known.ok_or(Error::not_found())?.text;
    if app.store.delete_test(&id, admin.entry(&app, "test_deleted", text)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::not_found())
    }
}

async fn of_late(app: &App) -> Answer<Vec<Said>> {
    Ok(learning::of_late(app.store.messages_of_late(MESSAGES).await?)?)
}

/// Reads many messages where that keeps nobody waiting.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| {
        tracing::error!(%cause, "messages could not be read");
        Error::internal()
    })
}
