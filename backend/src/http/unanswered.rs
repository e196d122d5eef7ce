//! What visitors asked that nothing covered.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    api::{
        AskedAt, AskedOnce, DismissQuestion, NearArticle, UnansweredQuestion, UnansweredQuestions,
    },
    limits,
};

use super::{
    body::Body,
    error::{Answer, Error},
    knowledge::known_slug,
};
use crate::{
    app::App,
    auth::AdminAuth,
    knowledge::unanswered::{self, Unanswered},
    storage::rows::AskedInVain,
};

/// Lists what visitors asked and no article covered, alike questions together, newest first.
#[utoipa::path(get, path = "", responses((status = 200, body = UnansweredQuestions)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<UnansweredQuestions>> {
    let mut asked = app.store.asked_in_vain(limits::UNANSWERED + 1).await?;
    let more = asked.len() > limits::UNANSWERED;
    asked.truncate(limits::UNANSWERED);
    let known = app.library.current();
    let grouped = tokio::task::spawn_blocking(move || unanswered::group(asked, &known)).await;
    let grouped = grouped.map_err(|cause| {
        tracing::error!(%cause, "the unanswered questions could not be grouped");
        Error::internal()
    })?;
    let questions = grouped.into_iter().map(shown).collect::<Answer<_>>()?;
    Ok(Json(UnansweredQuestions { questions, more }))
}

/// Takes a question out of the list, for good.
#[utoipa::path(post, path = "", request_body = DismissQuestion,
               responses((status = 204, description = "It is not listed any more.")))]
pub async fn dismiss(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(done): Body<DismissQuestion>,
) -> Answer<StatusCode> {
    if done.asked.is_empty() || done.asked.len() > limits::UNANSWERED {
        let message = format!("Name 1 to {} times that it was asked.", limits::UNANSWERED);
        return Err(Error::invalid("asked", message));
    }
    let first = &done.asked[0];
    let entry = admin.entry(&app, "question_dismissed", first.conversation.as_str());
    let pair = |it: AskedAt| (it.conversation, it.seq);
    app.store.dismiss_asked(done.asked.into_iter().map(pair).collect(), entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(group: Unanswered) -> Answer<UnansweredQuestion> {
    let once = |it: AskedInVain| AskedOnce {
        conversation: it.conversation,
        seq: it.seq,
        at: it.at,
        question: it.question,
    };
    let covered_by = group.covered_by.map(|it| {
        Ok::<_, Error>(NearArticle {
            slug: known_slug(&it.slug)?,
            title: it.title,
            score: it.score,
        })
    });
    let asked: Vec<AskedOnce> = group.asked.into_iter().map(once).collect();
    let question = asked.first().map(|it| it.question.clone()).unwrap_or_default();
    Ok(UnansweredQuestion { question, asked, covered_by: covered_by.transpose()? })
}
