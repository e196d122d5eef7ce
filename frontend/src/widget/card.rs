//! What happened besides talk: a change of owner, tools at work, refunds, decisions.

use shared::event::{ApprovalState, RefundState, ToolState};

use super::{
    language::{notice as told, said},
    seen::{Approval, Handoff, Refund, Tool},
};
use crate::{
    conversation::party::face,
    dom::{Node, node},
    text,
};

/// The change of owner: one leaves, another arrives, and nothing has to be said again.
pub fn notice(handoff: &Handoff) -> Node {
    let (from, to) = (&handoff.from, &handoff.to);
    let notice = node("div", "notice").set("data-kind", to.kind);
    let words = match told(handoff) {
        Some(own) => node("p", "").text(&own),
        None => node("p", "").auto().text(&handoff.notice),
    };
    let words = node("div", "").with(words);
    // At the end of a conversation one leaves and nobody arrives.
    if to.kind == "nobody" {
        return notice.with(words);
    }
    let leaves = (from.kind != "nobody").then(|| face(from));
    let change = node("span", "change").mute().with_all(leaves);
    let change = change.with(node("span", "arrow")).with(face(to));
    // Who comes from a queue, or comes back to a closed conversation, was told nothing by anybody.
    let knew = matches!(from.kind, "agent" | "staff");
    let passed_on = format!("{} {}", from.name, said(text::PASSED_ON));
    let passed_on = knew.then(|| node("p", "").text(&passed_on));
    notice.with(change).with(words.with_all(passed_on))
}

/// A tool at work, in one line.
pub fn tool_line(tool: &Tool) -> Node {
    let state = match tool.state {
        ToolState::Started => "started",
        ToolState::Done => "done",
        ToolState::Failed => "failed",
    };
    node("div", "tool")
        .set("data-state", state)
        .with(node("span", "mark").mute())
        .with(node("span", "").text(&tool.label))
}

/// A refund, from the ledger's events alone.
pub fn refund_card(refund: &Refund, approval: Option<&Approval>) -> Node {
    let state = match refund.state {
        RefundState::Waiting => "waiting",
        RefundState::Pending | RefundState::Unknown => "pending",
        RefundState::Succeeded => "done",
        RefundState::Failed | RefundState::Declined | RefundState::Expired => "failed",
    };
    let order = node("span", "card-order").text(&said(text::ORDER)).text(" ").text(&refund.order);
    // The approval of a refund that went through is still worth a word.
    let decided = approval.filter(|a| a.state == ApprovalState::Approved);
    card(state, text::REFUND, Some(order))
        .with(node("p", "card-amount").text(&refund.money.to_string()))
        .with(steps(refund.state, approval.is_some()))
        .with(node("p", "card-state").text(&said(text::refund_state(refund.state))))
        .with_all(
            decided.map(|a| node("p", "card-note").text(&said(text::approval_state(a.state)))),
        )
}

/// A decision that a person must make, or has made.
pub fn approval_card(approval: &Approval) -> Node {
    let state = match approval.state {
        ApprovalState::Waiting => "waiting",
        ApprovalState::Approved => "done",
        ApprovalState::Declined | ApprovalState::Expired => "failed",
    };
    card(state, text::APPROVAL, None)
        .with(node("p", "card-summary").auto().text(&approval.summary))
        .with(node("p", "card-state").text(&said(text::approval_state(approval.state))))
}

fn card(state: &str, title: &str, beside: Option<Node>) -> Node {
    let head = node("div", "card-head").with(node("span", "card-title").text(&said(title)));
    node("div", "card").set("data-state", state).with(head.with_all(beside))
}

/// How far the refund has come, as a line of dots; the words below it say the same.
fn steps(state: RefundState, approved_by_person: bool) -> Node {
    let all = if approved_by_person { 3 } else { 2 };
    let reached = match state {
        RefundState::Waiting | RefundState::Declined | RefundState::Expired => 1,
        RefundState::Pending | RefundState::Unknown | RefundState::Failed => all - 1,
        RefundState::Succeeded => all,
    };
    let dot = |at| {
        let dot = node("span", "");
        if at < reached { dot.set("data-reached", "") } else { dot }
    };
    node("div", "steps").mute().with_all((0..all).map(dot))
}
