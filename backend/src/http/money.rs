//! Money: the kill switch, refunds that are not settled, and what everybody must know of both.

use axum::{Json, extract::State};
use serde::Deserialize;
use shared::{
    api::{
        LookedInto, MoneyState, Notices, RefundFilter, RefundLine, Refunds, SettleRefund,
        SwitchMoney,
    },
    id::IntentId,
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
};

/// Reads what everybody at the desk must know.
#[utoipa::path(get, path = "", responses((status = 200, body = Notices)))]
pub async fn notices(State(app): State<App>, _staff: StaffAuth) -> Answer<Json<Notices>> {
    let refunds_off = app.desk.refunds_off().await?;
    let (unknown_refunds, contradicted_refunds) = app.store.refunds_for_people().await?;
    Ok(Json(Notices { refunds_off, unknown_refunds, contradicted_refunds }))
}

/// Reads whether refunds may be sent, and which are not settled.
#[utoipa::path(get, path = "", responses((status = 200, body = MoneyState)))]
pub async fn state(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<MoneyState>> {
    money_state(&app).await
}

/// Switches refunds on or off; takes effect at once.
#[utoipa::path(put, path = "", request_body = SwitchMoney,
               responses((status = 200, body = MoneyState)))]
pub async fn switch(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(switch): Body<SwitchMoney>,
) -> Answer<Json<MoneyState>> {
    let note = text::optional("note", switch.note.as_deref(), limits::NOTE_CHARS)?;
    let _change = app.changes.lock().await;
    app.desk.switch_refunds(admin.name(), switch.enabled, note).await?;
    money_state(&app).await
}

/// Which refunds.
#[derive(Debug, Deserialize, IntoParams)]
pub struct RefundsAsked {
    /// In which state.
    #[serde(default)]
    #[param(inline)]
    state: RefundFilter,
    /// Where the last page ended.
    after: Option<String>,
}

/// Lists refunds that are not settled, or that the provider contradicts; oldest first.
#[utoipa::path(get, path = "", params(RefundsAsked), responses((status = 200, body = Refunds)))]
pub async fn refunds(
    State(app): State<App>,
    _admin: AdminAuth,
    Asked(asked): Asked<RefundsAsked>,
) -> Answer<Json<Refunds>> {
    if asked.after.as_ref().is_some_and(|after| after.len() > limits::QUERY_CHARS) {
        return Err(Error::invalid("after", "Pass `next` of the page before."));
    }
    let after = asked.after.as_deref();
    let (refunds, next) = app.store.refund_lines(asked.state, after, limits::LIST_PAGE).await?;
    Ok(Json(Refunds { refunds, next }))
}

/// Settles a refund of which the payment provider does not say what became of it. Once; not by
/// whoever asked for it.
#[utoipa::path(post, path = "", request_body = SettleRefund,
               responses((status = 200, body = RefundLine),
                         (status = 403, description = "`own_request`."),
                         (status = 409, description = "`not_for_people`: it is not unknown. \
                                                       `too_early`: a call may still arrive; see `fails_from`.")))]
pub async fn settle(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(intent): At<IntentId>,
    Body(settle): Body<SettleRefund>,
) -> Answer<Json<RefundLine>> {
    let note = text::required("note", &settle.note, limits::NOTE_CHARS)?;
    let thread = app.desk.settle_refund(admin.name(), &intent, settle.outcome, note).await?;
    line(&thread, &intent)
}

/// Asks the payment provider now what became of a refund.
#[utoipa::path(post, path = "",
               responses((status = 200, body = RefundLine),
                         (status = 409, description = "`not_for_people`: it is neither on its way nor unknown.")))]
pub async fn ask(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(intent): At<IntentId>,
) -> Answer<Json<RefundLine>> {
    let thread = app.desk.ask_about_refund(&admin.name(), &intent).await?;
    line(&thread, &intent)
}

/// Notes that the provider's contradicting a settlement was looked into. The settlement stands.
#[utoipa::path(post, path = "", request_body = LookedInto,
               responses((status = 200, body = RefundLine),
                         (status = 409, description = "`not_for_people`: it is not contradicted.")))]
pub async fn look_into(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(intent): At<IntentId>,
    Body(looked): Body<LookedInto>,
) -> Answer<Json<RefundLine>> {
    let note = text::required("note", &looked.note, limits::NOTE_CHARS)?;
    let thread = app.desk.look_into_refund(admin.name(), &intent, note).await?;
    line(&thread, &intent)
}

fn line(thread: &crate::journal::Thread, intent: &IntentId) -> Answer<Json<RefundLine>> {
    let refund = thread.state.refunds.iter().find(|refund| refund.intent == *intent);
    let line = refund.and_then(|refund| RefundLine::of(&thread.state.id, refund));
    line.map(Json).ok_or(Error::not_found())
}

async fn money_state(app: &App) -> Answer<Json<MoneyState>> {
    let off = app.desk.refunds_off().await?;
    let (open, _) = app.store.refund_lines(RefundFilter::Open, None, limits::LIST_PAGE).await?;
    Ok(Json(MoneyState { enabled: off.is_none(), off, open }))
}
