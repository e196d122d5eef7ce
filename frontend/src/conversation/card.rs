//! What happened besides talk: tools at work, refunds, decisions, pages quoted.

use leptos::{html, prelude::*};
use shared::event::{Approval, ApprovalState, Refund, RefundState, Source, Tool, ToolState};

use super::markdown::Href;
use crate::text;

/// A tool at work, in one line.
pub fn tool_line(tool: &Tool) -> impl IntoView + use<> {
    let state = match tool.state {
        ToolState::Started => "started",
        ToolState::Done => "done",
        ToolState::Failed => "failed",
    };
    html::div().class("tool").attr("data-state", state).child((
        html::span().class("mark").attr("aria-hidden", "true"),
        html::span().child(tool.label.clone()),
    ))
}

/// A refund, from the ledger's events alone.
pub fn refund_card(refund: &Refund, approval: Option<&Approval>) -> impl IntoView + use<> {
    let state = match refund.state {
        RefundState::Waiting => "waiting",
        RefundState::Pending | RefundState::Unknown => "pending",
        RefundState::Succeeded => "done",
        RefundState::Failed | RefundState::Declined | RefundState::Expired => "failed",
    };
    let head = html::div().class("card-head").child((
        html::span().class("card-title").child(text::REFUND),
        html::span().class("card-order").child(format!("{} {}", text::ORDER, refund.order)),
    ));
    // The approval of a refund that went through is still worth a word.
    let decided = approval
        .filter(|a| a.state == ApprovalState::Approved)
        .map(|a| html::p().class("card-note").child(text::approval_state(a.state)));
    html::div().class("card").attr("data-state", state).child((
        head,
        html::p().class("card-amount").child(refund.money.to_string()),
        steps(refund.state, approval.is_some()),
        html::p().class("card-state").child(text::refund_state(refund.state)),
        decided,
    ))
}

/// How far the refund has come, as a line of dots; the words below it say the same.
fn steps(state: RefundState, approved_by_person: bool) -> impl IntoView + use<> {
    let all = if approved_by_person { 3 } else { 2 };
    let reached = match state {
        RefundState::Waiting | RefundState::Declined | RefundState::Expired => 1,
        RefundState::Pending | RefundState::Unknown | RefundState::Failed => all - 1,
        RefundState::Succeeded => all,
    };
    let dots: Vec<_> = (0..all)
        .map(|at| html::span().attr("data-reached", (at < reached).then_some("")))
        .collect();
    html::div().class("steps").attr("aria-hidden", "true").child(dots)
}

/// A decision that a person must make, or has made.
pub fn approval_card(approval: &Approval) -> impl IntoView + use<> {
    let state = match approval.state {
        ApprovalState::Waiting => "waiting",
        ApprovalState::Approved => "done",
        ApprovalState::Declined | ApprovalState::Expired => "failed",
    };
    html::div().class("card").attr("data-state", state).child((
        html::div()
            .class("card-head")
            .child(html::span().class("card-title").child(text::APPROVAL)),
        html::p().class("card-summary").attr("dir", "auto").child(approval.summary.clone()),
        html::p().class("card-state").child(text::approval_state(approval.state)),
    ))
}

/// The pages that an answer quotes. A path leads to a page of Baton's own host; one whose address
/// is not safe is named without a link.
pub fn sources(sources: &[Source]) -> impl IntoView + use<> {
    let line = |source: &Source| {
        let title = source.title.clone();
        let own = source.url.starts_with('/') && !source.url.starts_with("//");
        match Href::parse(&source.url) {
            None if own => html::li()
                .child(
                    html::a()
                        .href(source.url.clone())
                        .target("_blank")
                        .rel("noopener")
                        .child(title),
                )
                .into_any(),
            Some(href) => html::li()
                .child((
                    html::a()
                        .href(href.url().to_owned())
                        .target("_blank")
                        .rel("noopener noreferrer nofollow")
                        .child(title),
                    html::span().class("host").child(format!(" ({})", href.host())),
                ))
                .into_any(),
            None => html::li().child(title).into_any(),
        }
    };
    let lines: Vec<_> = sources.iter().map(line).collect();
    (!lines.is_empty()).then(|| {
        html::div().class("sources").child((
            html::span().class("sources-title").child(text::SOURCES),
            html::ul().child(lines),
        ))
    })
}
