//! What everybody at the desk must know: that refunds are off, that one waits for a person.

use gloo_timers::callback::Interval;
use leptos::{prelude::*, task::spawn_local};
use shared::api::{self, OffCause};

use super::{
    client::Desk,
    nav::{Link, Nav},
    route::{Page, Route},
    words,
};

/// How often it is looked at, in milliseconds: what stops refunds is in sight within seconds.
const EVERY_MS: u32 = 5_000;

/// What is known, and a way to look at once.
#[derive(Clone, Copy)]
pub struct Notices {
    known: RwSignal<Option<api::Notices>>,
    desk: StoredValue<Desk>,
}

impl Notices {
    /// Looks now, and from now on every few seconds.
    pub fn provide(desk: Desk) {
        let notices = Self { known: RwSignal::new(None), desk: StoredValue::new(desk) };
        notices.look();
        // Kept until the page is left; then it is dropped, which ends it.
        StoredValue::new_local(Interval::new(EVERY_MS, move || {
            if !document().hidden() {
                notices.look();
            }
        }));
        provide_context(notices);
    }

    /// The notices of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Looks now.
    pub fn look(self) {
        let Some(desk) = self.desk.try_get_value() else { return };
        spawn_local(async move {
            // Where nothing is heard, what was known stands; the bar says that nothing arrives.
            if let Ok(notices) = desk.notices().await {
                self.known.try_set(Some(notices));
            }
        });
    }
}

/// Shows them above every page.
#[component]
pub fn NoticeBar() -> impl IntoView {
    let notices = Notices::here();
    let nav = Nav::here();
    let is_admin = notices.desk.get_value().admin().is_some();
    let off = Memo::new(move |_| notices.known.with(|known| off_text(known.as_ref()?)));
    let open = Memo::new(move |_| {
        notices.known.with(|known| open_text(known.as_ref()?)).filter(|_| is_admin)
    });
    // On its own page the link leads nowhere.
    let elsewhere = Memo::new(move |_| is_admin && nav.route() != Route::Admin(Page::Money));
    let link = move |text: &'static str| {
        elsewhere.get().then(|| view! { " " <Link to=Route::Admin(Page::Money)>{text}</Link> })
    };
    view! {
        <div role="status">
            {move || off.get().map(|text| view! { <p class="banner fault stopped">{text} {link("Look at it")}</p> })}
            {move || open.get().map(|text| view! { <p class="banner stopped">{text} {link("Settle it")}</p> })}
        </div>
    }
}

fn off_text(known: &api::Notices) -> Option<String> {
    let off = known.refunds_off.as_ref()?;
    let by = off.by.as_ref().map(|by| by.name.as_str());
    let mut text = match (off.cause, by) {
        (OffCause::Restored, _) => {
            return Some("Refunds are off: the database came back from a backup, and what was refunded since must be compared first.".to_owned());
        }
        (OffCause::Switched, Some(by)) => format!("Refunds are off: {by} has stopped them."),
        (OffCause::Switched, None) => "Refunds are off.".to_owned(),
    };
    if !off.detail.is_empty() {
        text.push_str(" “");
        text.push_str(&off.detail);
        text.push('”');
    }
    Some(text)
}

fn open_text(known: &api::Notices) -> Option<String> {
    let verb = |n: u32| if n == 1 { "needs" } else { "need" };
    let (unknown, contradicted) = (known.unknown_refunds, known.contradicted_refunds);
    let mut parts = Vec::new();
    if unknown > 0 {
        let refunds = words::plural(unknown as usize, "refund");
        parts.push(format!(
            "{refunds} {} a person: the payment provider does not say what became of it.",
            verb(unknown)
        ));
    }
    if contradicted > 0 {
        let refunds = words::plural(contradicted as usize, "settled refund");
        parts.push(format!(
            "{refunds} {} a look: the payment provider says otherwise.",
            verb(contradicted)
        ));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use shared::{api::RefundsOff, message::StaffRef};

    use super::*;

    #[test]
    fn what_is_wrong_is_said_and_nothing_else() {
        let mut known =
            api::Notices { refunds_off: None, unknown_refunds: 0, contradicted_refunds: 0 };
        assert_eq!((off_text(&known), open_text(&known)), (None, None));
        known.unknown_refunds = 1;
        known.contradicted_refunds = 2;
        let text = open_text(&known).unwrap();
        assert!(text.starts_with("1 refund needs a person"), "{text}");
        assert!(text.contains("2 settled refunds need a look"), "{text}");
        let by = Some(StaffRef { id: "stf_ada".parse().unwrap(), name: "Ada".to_owned() });
        known.refunds_off = Some(RefundsOff {
            since: None,
            by,
            cause: OffCause::Switched,
            detail: "they misbehave".to_owned(),
            lost: Vec::new(),
        });
        let text = off_text(&known).unwrap();
        assert_eq!(text, "Refunds are off: Ada has stopped them. “they misbehave”");
    }
}
