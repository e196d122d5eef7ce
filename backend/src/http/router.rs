//! Every address that Baton answers, grouped by who calls it.

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use shared::limits;
use tower_http::{
    CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer,
    trace::TraceLayer,
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};

use super::{
    agents, conversations, desk,
    docs::{Caller, at},
    error::Error,
    help, import, inbox, keys, knowledge, learning, live, mcp, money, pages, people, playground,
    providers, public, reading, sessions, sites, staff, steps, suggestions, tools, unanswered,
    visitors, widget,
};
use crate::app::App;

/// Where the API begins.
pub const API: &str = "/api/v1";

/// The JSON API, with its description.
pub fn api() -> OpenApiRouter<App> {
    let anyone = Caller::Anyone.may([
        at("/setup", routes!(public::setup)),
        at("/sites/{key}/look", routes!(public::look)),
        at("/visitors", routes!(visitors::start)),
        at("/staff/login", routes!(sessions::login)),
        at("/live", routes!(live::upgrade)),
    ]);
    let visitor = Caller::Visitor.may([
        at("/visitors/logout", routes!(visitors::logout)),
        at("/conversations", routes!(conversations::open)),
        at("/conversations/{id}/messages", routes!(conversations::say)),
        at("/conversations/{id}/human", routes!(conversations::ask_for_person)),
        at("/conversations/{id}/rating", routes!(conversations::rate)),
    ]);
    let reader = Caller::VisitorOrStaff
        .may([at("/conversations/{id}/events", routes!(conversations::events))]);
    let staff = Caller::Staff.may([
        at("/staff/me", routes!(sessions::me)),
        at("/staff/me/password", routes!(sessions::change_password)),
        at("/staff/logout", routes!(sessions::logout)),
        at("/staff/presence", routes!(people::here)),
        at("/staff/me/away", routes!(people::set_away)),
        at("/inbox", routes!(inbox::list)),
        at("/conversations/{id}", routes!(inbox::read)),
        at("/conversations/{id}/claim", routes!(inbox::claim)),
        at("/conversations/{id}/replies", routes!(inbox::reply)),
        at("/conversations/{id}/notes", routes!(inbox::note)),
        at("/conversations/{id}/return", routes!(inbox::hand_back)),
        at("/conversations/{id}/close", routes!(inbox::close)),
        at("/approvals/{id}", routes!(inbox::decide)),
        at("/notices", routes!(money::notices)),
        at("/staff", routes!(staff::list)),
        at("/agents", routes!(agents::list)),
        at("/conversations/{id}/readings/{seq}", routes!(suggestions::read)),
        at("/learning/topics", routes!(suggestions::topics)),
        at("/learning/suggestions/{id}/{seq}", routes!(suggestions::suggest)),
    ]);
    let admin = Caller::Admin.may([
        at("/staff", routes!(staff::add)),
        at("/staff/{id}", routes!(staff::change)),
        at("/staff/{id}/keys", routes!(keys::list, keys::add)),
        at("/staff/{id}/keys/{key}", routes!(keys::delete)),
        at("/agents/{slug}", routes!(agents::read, agents::retire)),
        at("/agents/{slug}/draft", routes!(agents::save_draft, agents::discard_draft)),
        at("/agents/{slug}/publish", routes!(agents::publish)),
        at("/agents/{slug}/rollback", routes!(agents::roll_back)),
        at("/agents/{slug}/versions", routes!(agents::versions)),
        at("/tools", routes!(tools::list)),
        at("/tools/made", routes!(tools::made)),
        at("/tools/made/{name}", routes!(tools::save, tools::delete)),
        at("/tools/try", routes!(tools::try_out)),
        large(at("/tools/import", routes!(tools::import))),
        at("/tools/mcp", routes!(mcp::list)),
        large(at("/tools/mcp/{name}", routes!(mcp::save, mcp::delete))),
        large(at("/tools/look", routes!(mcp::look))),
        at("/desk", routes!(desk::settings, desk::save_settings)),
        at("/connections", routes!(providers::list, providers::add)),
        at("/connections/{id}", routes!(providers::change, providers::delete)),
        at("/connections/{id}/test", routes!(providers::test)),
        at("/conversations/{id}/steps/{seq}", routes!(steps::read)),
        at("/money", routes!(money::state, money::switch)),
        at("/refunds", routes!(money::refunds)),
        at("/refunds/{intent}/settle", routes!(money::settle)),
        at("/refunds/{intent}/ask", routes!(money::ask)),
        at("/refunds/{intent}/look", routes!(money::look_into)),
        at("/audit", routes!(desk::audit)),
        at("/journal/head", routes!(desk::journal_head)),
        at("/meters", routes!(desk::meters)),
        at("/sites", routes!(sites::list, sites::add)),
        at("/sites/{key}", routes!(sites::change)),
        at("/sites/{key}/secret", routes!(sites::new_secret)),
        at("/knowledge/articles", routes!(knowledge::list, knowledge::add)),
        at(
            "/knowledge/articles/{slug}",
            routes!(knowledge::read, knowledge::change, knowledge::delete),
        ),
        at("/knowledge/unanswered", routes!(unanswered::list)),
        at("/knowledge/unanswered/dismiss", routes!(unanswered::dismiss)),
        large(at("/knowledge/import", routes!(import::import))),
        at("/knowledge/try", routes!(knowledge::try_question)),
        at("/reading", routes!(reading::read)),
        at("/playground", routes!(playground::start)),
        at("/playground/{id}/messages", routes!(playground::say)),
    ]);
    let teacher = Caller::Admin.may([
        at("/learning/suggestions", routes!(suggestions::list)),
        at("/learning/suggestions/{id}/{seq}/accept", routes!(suggestions::accept)),
        at("/learning/suggestions/{id}/{seq}/reject", routes!(suggestions::reject)),
        at("/learning/effect", routes!(learning::effect)),
        at("/learning/unsure", routes!(learning::unsure)),
        at("/learning/unsure/dismiss", routes!(learning::dismiss)),
        at("/learning/tests", routes!(learning::tests, learning::add_test)),
        at("/learning/tests/{id}", routes!(learning::delete_test)),
    ]);
    anyone.merge(visitor).merge(reader).merge(staff).merge(admin).merge(teacher)
}

/// For a route that takes files.
fn large((schemas, paths, routes): UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    (schemas, paths, routes.layer(DefaultBodyLimit::max(limits::IMPORT_BYTES)))
}

/// Pages and files: what a browser asks for by itself.
fn pages() -> Router<App> {
    Router::new()
        .route("/", get(pages::home))
        .route("/embed.js", get(pages::embed))
        .route("/embed-chat.js", get(pages::embed_chat))
        .route("/widget/{key}", get(widget::show))
        .route("/widget/", get(widget::nameless))
        .route("/assets/{*name}", get(pages::asset))
        .route("/inbox", get(pages::console))
        .route("/inbox/{id}", get(pages::console))
        .route("/admin", get(pages::console))
        .route("/admin/{*rest}", get(pages::console))
        .route("/demo", get(pages::demo))
        .route("/demo/identity", get(public::demo_identity))
        .route("/demo/{file}", get(pages::demo_file))
        .route("/help/{slug}", get(help::show))
        .route("/healthz", get(public::health))
}

/// Everything.
pub fn router(app: App) -> Router {
    let (api, description) = api().split_for_parts();
    let unknown = || async { Error::not_found() };
    let api = api
        .fallback(unknown)
        .method_not_allowed_fallback(|| async { Error::method_not_allowed() })
        .layer(middleware::from_fn_with_state(app.clone(), public::refuse_foreign))
        .layer(middleware::map_response(public::never_store));
    Router::new()
        .nest(API, api)
        .merge(super::docs::router(description))
        .route("/api/{*rest}", axum::routing::any(unknown))
        .merge(pages().layer(CompressionLayer::new().quality(CompressionLevel::Precise(8))))
        .fallback(pages::nothing)
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(CatchPanicLayer::custom(public::panicked))
        .layer(middleware::map_response(public::harden))
        // A failure is logged where it is handled, once.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .with_state(app)
}
