//! How many wait for a person: on the tab, in the title, by sound and by notification.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Summary, View},
    live::{ClientFrame, LiveFrame},
};

use super::super::{alert::Alerts, client::Desk, live::Live, nav::Nav, route::Route, words};

/// How many wait for a person.
#[derive(Debug, Clone, Copy)]
pub struct Waiting(RwSignal<u32>);

impl Waiting {
    /// Follows the list from here on, whatever page is open.
    pub fn provide() -> Self {
        let waiting = Self(RwSignal::new(0));
        provide_context(waiting);
        let (live, alerts) = (Live::here(), Alerts::here());
        let desk = expect_context::<Desk>();
        live.follow(move |frame| match frame {
            LiveFrame::Ready => {
                live.send(&ClientFrame::Inbox);
                waiting.refresh(desk.clone());
            }
            LiveFrame::Inbox { summary, counts, escalated } => {
                waiting.0.set(counts.waiting);
                if *escalated {
                    alerts.escalated(&title(summary), &why(summary));
                }
            }
            _ => {}
        });
        let nav = Nav::here();
        Effect::new(move |_| {
            let page = if matches!(nav.route(), Route::Admin(_)) { "Admin" } else { "Inbox" };
            let count = waiting.0.get();
            let count = if count > 0 { format!("({count}) ") } else { String::new() };
            document().set_title(&format!("{count}{page} · Baton"));
        });
        waiting
    }

    /// The count of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.0.get()
    }

    /// Puts in what a page of the list has told.
    pub fn set(self, count: u32) {
        self.0.set(count);
    }

    fn refresh(self, desk: Desk) {
        spawn_local(async move {
            if let Ok(page) = desk.inbox(View::Waiting, "", None).await {
                self.0.try_set(page.counts.waiting);
            }
        });
    }
}

fn title(line: &Summary) -> String {
    format!("{} needs a person", line.visitor.display_name())
}

fn why(line: &Summary) -> String {
    match &line.reason {
        Some(reason) => format!("{}: {}", words::trigger(reason.trigger), reason.text),
        None => line.preview.clone(),
    }
}
