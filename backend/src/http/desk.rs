//! What holds for the whole desk: settings, tools, and what is read of it all.

use axum::{Json, extract::State};
use serde::Deserialize;
use shared::{
    agent::{DeskSettings, Target},
    api::{Audit, JournalHead, Meter, MeterBy, Meters},
    brief::Usage,
    guardrail::Guardrail,
    id::ConversationId,
    limits,
};
use utoipa::IntoParams;

use super::{
    body::{Asked, Body},
    error::{Answer, Error},
};
use crate::{
    app::App,
    auth::AdminAuth,
    journal::heads,
    runtime::{Snapshot, catalog::DESK_SETTING, guardrails::Rails},
    storage::rows::AuditFilter,
};

/// Reads the desk's settings.
#[utoipa::path(get, path = "", responses((status = 200, body = DeskSettings)))]
pub async fn settings(State(app): State<App>, _admin: AdminAuth) -> Json<DeskSettings> {
    Json((*app.catalog.current().settings).clone())
}

/// Replaces the desk's settings.
#[utoipa::path(put, path = "", request_body = DeskSettings,
               responses((status = 200, body = DeskSettings)))]
pub async fn save_settings(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(mut settings): Body<DeskSettings>,
) -> Answer<Json<DeskSettings>> {
    for queue in &mut settings.queues {
        queue.name = queue.name.trim().to_owned();
    }
    let _change = app.changes.lock().await;
    check(&settings, &app.catalog.current())?;
    let json = serde_json::to_string(&settings).map_err(|_| Error::internal())?;
    let entry = admin.entry(&app, "desk_changed", "desk");
    app.store.put_setting(DESK_SETTING, &json, entry).await?;
    app.catalog.reload().await?;
    Ok(Json(settings))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
pub struct AuditAsked {
    /// Of one conversation only.
    #[param(value_type = Option<String>)]
    conversation: Option<ConversationId>,
    /// Of these kinds only, separated by commas, such as `handoff,close`.
    actions: Option<String>,
    /// Where the last page ended.
    after: Option<u64>,
}

/// Reads the audit log, newest first.
#[utoipa::path(get, path = "", params(AuditAsked), responses((status = 200, body = Audit)))]
pub async fn audit(
    State(app): State<App>,
    _admin: AdminAuth,
    Asked(asked): Asked<AuditAsked>,
) -> Answer<Json<Audit>> {
    let actions = asked.actions.unwrap_or_default();
    if actions.chars().count() > limits::QUERY_CHARS {
        return Err(Error::invalid("actions", "Name fewer kinds."));
    }
    let actions = actions.split(',').filter(|a| !a.is_empty()).map(str::to_owned).collect();
    let filter = AuditFilter { conversation: asked.conversation, actions };
    Ok(Json(app.store.audit(filter, asked.after, limits::LIST_PAGE).await?))
}

/// Reads the head of the journal. Kept elsewhere, it shows later whether anything was changed.
#[utoipa::path(get, path = "", responses((status = 200, body = JournalHead)))]
pub async fn journal_head(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<JournalHead>> {
    Ok(Json(heads::head(&*app.store, app.clock.now()).await?))
}

/// Summed by what.
#[derive(Debug, Deserialize, IntoParams)]
pub struct MetersAsked {
    /// One line an agent, a handoff, or a conversation.
    #[param(inline)]
    by: MeterBy,
}

/// Reads what brains have used; the lines sum exactly to the total.
#[utoipa::path(get, path = "", params(MetersAsked), responses((status = 200, body = Meters)))]
pub async fn meters(
    State(app): State<App>,
    _admin: AdminAuth,
    Asked(asked): Asked<MetersAsked>,
) -> Answer<Json<Meters>> {
    let meters = app.store.meters(asked.by).await?;
    let mut total = Meter { key: "total".to_owned(), usage: Usage::default(), turns: 0 };
    for meter in &meters {
        total.usage.add(&meter.usage);
        total.turns += meter.turns;
    }
    Ok(Json(Meters { meters, total }))
}

fn check(settings: &DeskSettings, now: &Snapshot) -> Answer<()> {
    let no = |field: &str, message: &'static str| Err(Error::invalid(field, message));
    if !now.agents.contains_key(&settings.front_door) {
        return no("front_door", "Choose a published agent.");
    }
    let reachable = match &settings.escalation {
        Target::Agent { slug } => now.agents.contains_key(slug),
        Target::Queue { slug } => settings.queue_called(slug).is_some(),
    };
    if !reachable {
        return no("escalation", "Choose a published agent or a queue.");
    }
    settings.check_queues()?;
    let lost = |target: &Target| match target {
        Target::Queue { slug } => settings.queue_called(slug).is_none(),
        Target::Agent { .. } => false,
    };
    if now.agents.values().any(|(_, spec)| spec.targets.iter().any(lost)) {
        return no(
            "queues",
            "Published agents hand off to a queue that is gone; change them first.",
        );
    }
    if !(10..=86_400).contains(&settings.lease_s) {
        return no("lease_s", "Choose ten seconds to a day, in seconds.");
    }
    if !(-14 * 60..=14 * 60).contains(&settings.utc_offset_minutes) {
        return no("utc_offset_minutes", "Choose -840 to 840 minutes.");
    }
    if settings.opens_hour >= settings.closes_hour || settings.closes_hour > 24 {
        return no("closes_hour", "Close after you open, at 24 at the latest.");
    }
    let days = &settings.open_weekdays;
    let doubled = |(i, day): (usize, &u8)| days[..i].contains(day);
    if days.iter().any(|day| *day > 6) || days.iter().enumerate().any(doubled) {
        return no("open_weekdays", "Name each weekday once, 0 (Monday) to 6.");
    }
    if settings.voice.chars().count() > limits::INSTRUCTIONS_CHARS {
        return no("voice", "Shorten how the desk speaks to 20,000 characters.");
    }
    let policy = &settings.refund_policy;
    let (order, day) = (policy.per_order, policy.per_customer_day);
    if order.amount < 0 || day.amount < 0 || order.currency != day.currency {
        return no("refund_policy", "Choose limits of one currency that are not below zero.");
    }
    check_guardrails(&settings.guardrails)?;
    if policy.window_days > 3650 || !(60..=30 * 86_400).contains(&policy.approval_ttl_s) {
        return no("refund_policy", "At most 3650 days; approvals open for a minute to 30 days.");
    }
    Ok(())
}

fn check_guardrails(guardrails: &[Guardrail]) -> Answer<()> {
    if guardrails.len() > limits::GUARDRAILS {
        let most = limits::GUARDRAILS;
        return Err(Error::invalid("guardrails", format!("At most {most} guardrails.")));
    }
    for (i, guardrail) in guardrails.iter().enumerate() {
        guardrail.validate().map_err(|wrong| {
            Error::invalid(format!("guardrails[{i}].{}", wrong.field), wrong.message)
        })?;
    }
    let wrong = |(i, why)| Error::invalid(format!("guardrails[{i}].when"), why);
    Rails::new(guardrails).map(drop).map_err(wrong)
}
