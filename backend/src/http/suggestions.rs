//! What people say that visitors' messages were about, and what an administrator makes of it.

use axum::{Json, extract::State};
use shared::{
    api::{Lesson, MessageUnderstood, Suggest, Suggestion, SuggestionState, Suggestions, Topics},
    id::{ConversationId, Seq},
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    reading, text,
};
use crate::{
    app::App,
    auth::{AdminAuth, StaffAuth},
    learning::{self, Said, read_as},
    runtime::catalog::Snapshot,
    storage::rows::Learnt,
};

/// Lists what a message can be about.
#[utoipa::path(get, path = "", responses((status = 200, body = Topics)))]
pub async fn topics(State(app): State<App>, _staff: StaffAuth) -> Json<Topics> {
    let desk = app.catalog.current();
    Json(Topics { topics: learning::topics(desk.agents.values().map(|(_, spec)| &**spec)) })
}

/// Reads a visitor's message as the published agents' examples teach, and says why so.
#[utoipa::path(get, path = "", responses((status = 200, body = MessageUnderstood)))]
pub async fn read(
    State(app): State<App>,
    staff: StaffAuth,
    At((id, seq)): At<(ConversationId, Seq)>,
) -> Answer<Json<MessageUnderstood>> {
    let (said, example) = message(&app, &staff, &id, seq).await?;
    let reader = app.catalog.current().faculty.reader.clone();
    let reading = said.read(reader.as_ref());
    Ok(Json(MessageUnderstood {
        example,
        read: read_as(&reading),
        reading: reading::told(reader.as_ref(), &said.text, &reading),
        suggestion: app.store.suggestion(&id, seq).await?,
    }))
}

/// Says what a visitor's message was about. An administrator decides whether it is learnt from;
/// until then nothing comes of it, and saying something else takes it back.
#[utoipa::path(put, path = "", request_body = Suggest,
               responses((status = 200, body = Suggestion),
                         (status = 409, description = "`too_many` wait for an administrator.")))]
pub async fn suggest(
    State(app): State<App>,
    staff: StaffAuth,
    At((id, seq)): At<(ConversationId, Seq)>,
    Body(suggest): Body<Suggest>,
) -> Answer<Json<Suggestion>> {
    let (said, example) = message(&app, &staff, &id, seq).await?;
    let desk = app.catalog.current();
    let Suggest { agent, intent } = suggest;
    let lesson = checked(&desk, Lesson { agent, intent, text: example })?;
    let waiting = app.store.suggestions(limits::SUGGESTIONS).await?;
    let again = waiting.iter().any(|it| it.conversation == id && it.seq == seq);
    if waiting.len() >= limits::SUGGESTIONS && !again {
        let message = "Ask an administrator to look through the suggestions that wait.";
        return Err(Error::conflict("too_many", message));
    }
    let suggestion = Suggestion {
        conversation: id,
        seq,
        lesson,
        read: read_as(&said.read(desk.faculty.reader.as_ref())),
        by: staff.name(),
        at: app.clock.now(),
        state: SuggestionState::Waiting,
        decided_by: None,
        decided_at: None,
    };
    app.store.suggest(suggestion.clone()).await?;
    Ok(Json(suggestion))
}

/// Lists the suggestions that wait, oldest first.
#[utoipa::path(get, path = "", responses((status = 200, body = Suggestions)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<Suggestions>> {
    let mut suggestions = app.store.suggestions(limits::LIST_PAGE + 1).await?;
    let more = suggestions.len() > limits::LIST_PAGE;
    suggestions.truncate(limits::LIST_PAGE);
    Ok(Json(Suggestions { suggestions, more }))
}

/// Makes a suggestion an example, as it is or changed: the agent is published with it, as its next
/// version, and messages are read by it from now on.
#[utoipa::path(post, path = "", request_body = Lesson,
               responses((status = 200, body = Suggestion),
                         (status = 409, description = "`decided`: it waits no more.")))]
pub async fn accept(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At((id, seq)): At<(ConversationId, Seq)>,
    Body(lesson): Body<Lesson>,
) -> Answer<Json<Suggestion>> {
    let _change = app.changes.lock().await;
    let suggestion = waiting(&app, &id, seq).await?;
    let lesson = checked(&app.catalog.current(), lesson)?;
    let learnt = learnt(&app, &admin, &lesson).await?;
    let decided = Suggestion { lesson, ..suggestion };
    let decided = settle(&app, &admin, decided, SuggestionState::Accepted, learnt).await?;
    app.catalog.reload().await?;
    Ok(decided)
}

/// Turns a suggestion down.
#[utoipa::path(post, path = "",
               responses((status = 200, body = Suggestion),
                         (status = 409, description = "`decided`: it waits no more.")))]
pub async fn reject(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At((id, seq)): At<(ConversationId, Seq)>,
) -> Answer<Json<Suggestion>> {
    let suggestion = waiting(&app, &id, seq).await?;
    settle(&app, &admin, suggestion, SuggestionState::Rejected, None).await
}

/// A lesson that can be taught: its topic is one, its text is anonymous and not too long.
pub(super) fn checked(desk: &Snapshot, lesson: Lesson) -> Answer<Lesson> {
    let Lesson { agent, intent, text } = lesson;
    if !learning::can_be_about(desk.agents.values().map(|(_, spec)| &**spec), &agent, &intent) {
        return Err(Error::invalid("intent", "Choose what a published agent's examples teach."));
    }
    let text = self::text::required("text", &text, limits::PHRASE_CHARS)?;
    let text = learning::example(&text, None);
    let text = self::text::required("text", &text, limits::PHRASE_CHARS)?;
    Ok(Lesson { agent, intent, text })
}

/// A visitor's message, and what it would be as an example.
async fn message(
    app: &App,
    staff: &StaffAuth,
    id: &ConversationId,
    seq: Seq,
) -> Answer<(Said, String)> {
    let thread = app.desk.load(&staff.scope(), id).await?;
    let said = learning::said(id, thread.events.iter().map(AsRef::as_ref), seq);
    let said = said.ok_or(Error::not_found())?;
    let example = learning::example(&said.text, Some(&thread.state.visitor));
    Ok((said, example))
}

async fn waiting(app: &App, id: &ConversationId, seq: Seq) -> Answer<Suggestion> {
    let suggestion = app.store.suggestion(id, seq).await?.ok_or(Error::not_found())?;
    match suggestion.state {
        SuggestionState::Waiting => Ok(suggestion),
        SuggestionState::Accepted | SuggestionState::Rejected => Err(decided()),
    }
}

const fn decided() -> Error {
    Error::conflict("decided", "Somebody has decided on this already; reload the list.")
}

/// What accepting `lesson` publishes; `None` if its agent knows it already.
async fn learnt(app: &App, admin: &StaffAuth, lesson: &Lesson) -> Answer<Option<Learnt>> {
    let row = app.store.agent(&lesson.agent).await?;
    let (published, draft) = row.map_or((None, None), |row| (row.published, row.draft));
    let published = published.ok_or(Error::invalid("agent", "This agent is not published."))?;
    let Some(spec) = learning::taught(&published.spec, lesson) else { return Ok(None) };
    spec.validate()?;
    // A draft that has no room left is not in the way of what visitors need now.
    let draft = draft.and_then(|(draft, _)| learning::taught(&draft, lesson));
    let draft = draft.filter(|draft| draft.validate().is_ok());
    let note = format!("Learnt that “{}” is {}.", lesson.text, lesson.intent.replace('_', " "));
    Ok(Some(Learnt { spec, draft, note, by: admin.name(), at: app.clock.now() }))
}

/// Records a decision with its entry in the audit log.
async fn settle(
    app: &App,
    admin: &StaffAuth,
    suggestion: Suggestion,
    state: SuggestionState,
    learnt: Option<Learnt>,
) -> Answer<Json<Suggestion>> {
    let action = match state {
        SuggestionState::Accepted => "example_accepted",
        SuggestionState::Waiting | SuggestionState::Rejected => "example_rejected",
    };
    // What was turned down may be just what nobody should keep.
    let mut suggestion = suggestion;
    if state != SuggestionState::Accepted {
        suggestion.lesson.text.clear();
    }
    let Lesson { agent, intent, text } = &suggestion.lesson;
    let mut entry = admin.entry(app, action, text);
    entry = entry.with(format!("{agent}/{intent}, suggested by {}", suggestion.by.name));
    entry.conversation = Some(suggestion.conversation.clone());
    let (by, at) = (Some(admin.name()), Some(entry.at));
    let suggestion = Suggestion { state, decided_by: by, decided_at: at, ..suggestion };
    if app.store.decide_suggestion(suggestion.clone(), learnt, entry).await? {
        Ok(Json(suggestion))
    } else {
        Err(decided())
    }
}
