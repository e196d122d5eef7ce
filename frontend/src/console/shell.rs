//! The frame around every page: where one can go, switches, who has signed in.

use leptos::{prelude::*, task::spawn_local};

use super::{
    admin::AdminPages,
    alert::Alerts,
    client::Desk,
    dialog::Confirm,
    icon::{BATON, BELL, Icon, SOUND},
    inbox::{Inbox, People, Waiting},
    live::Live,
    load::Empty,
    nav::{Link, Nav},
    notices::{NoticeBar, Notices},
    profile::Profile,
    route::{Page, Route},
    toast::Toasts,
};

/// What everybody sees who has signed in.
#[component]
pub fn Shell(
    /// They have signed out.
    on_out: Callback<()>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let nav = Nav::here();
    Notices::provide(desk.clone());
    Live::provide(desk);
    People::provide();
    Waiting::provide();
    // The pages are made anew when the part changes, not with every conversation.
    let part = Memo::new(move |_| match nav.route() {
        Route::Inbox(_) => Part::Inbox,
        Route::Admin(_) => Part::Admin,
        Route::Unknown => Part::Nowhere,
    });
    view! {
        <a class="skip" href="#content">"Skip to the content"</a>
        <TopBar on_out=on_out/>
        <NoticeBar/>
        <main id="content" class="content" tabindex="-1">
            {move || match part.get() {
                Part::Inbox => view! { <Inbox/> }.into_any(),
                Part::Admin => view! { <AdminPages/> }.into_any(),
                Part::Nowhere => view! { <Nowhere/> }.into_any(),
            }}
        </main>
        {move || {
            nav.is_asking()
                .then(|| {
                    view! {
                        <Confirm
                            title="Leave without saving?"
                            text="What you changed on this page has not been saved and would be lost."
                            yes="Leave and lose it"
                            on_yes=Callback::new(move |()| nav.leave())
                            on_no=Callback::new(move |()| nav.stay())
                        />
                    }
                })
        }}
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Inbox,
    Admin,
    Nowhere,
}

#[component]
fn TopBar(on_out: Callback<()>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let nav = Nav::here();
    let in_inbox = Signal::derive(move || matches!(nav.route(), Route::Inbox(_)));
    let in_admin = Signal::derive(move || matches!(nav.route(), Route::Admin(_)));
    let waiting = Waiting::here();
    let is_admin = desk.admin().is_some();
    view! {
        <header class="topbar">
            <span class="wordmark"><Icon path=BATON/><span class="wordmark-text">"Baton"</span></span>
            <nav class="topnav" aria-label="Console">
                <Link to=Route::Inbox(None) current=in_inbox>
                    "Inbox"
                    {move || {
                        let n = waiting.count();
                        (n > 0)
                            .then(|| {
                                let label = format!("{n} waiting");
                                view! { <span class="badge" aria-label=label>{n}</span> }
                            })
                    }}
                </Link>
                {is_admin
                    .then(|| view! { <Link to=Route::Admin(Page::Agents) current=in_admin>"Admin"</Link> })}
            </nav>
            <Connection/>
            <Switches/>
            <Profile on_out=on_out/>
        </header>
    }
}

/// Says so when nothing arrives live.
#[component]
fn Connection() -> impl IntoView {
    let live = Live::here();
    // A blink at the first connection is no news.
    let late = RwSignal::new(false);
    Effect::new(move |_| {
        if live.is_open() {
            late.set(false);
        } else {
            gloo_timers::callback::Timeout::new(2_500, move || {
                late.try_set(!live.is_open_now());
            })
            .forget();
        }
    });
    view! {
        <span class="connection" role="status">
            {move || late.get().then_some("Reconnecting…")}
        </span>
    }
}

#[component]
fn Switches() -> impl IntoView {
    let alerts = Alerts::here();
    let toasts = Toasts::here();
    let desktop = move |_| {
        spawn_local(async move {
            if alerts.switch_desktop().await {
                toasts.fault("The browser blocks notifications for this page. Allow them in its site settings, then switch them on here.");
            }
        });
    };
    view! {
        <div class="switches" role="group" aria-label="When somebody needs a person">
            <button
                type="button"
                class="icon-button"
                aria-pressed=move || alerts.sound().to_string()
                title="Sound when somebody needs a person"
                aria-label="Sound when somebody needs a person"
                on:click=move |_| alerts.switch_sound()
            >
                <Icon path=SOUND/>
            </button>
            <button
                type="button"
                class="icon-button"
                aria-pressed=move || alerts.desktop().to_string()
                title="Desktop notification when somebody needs a person"
                aria-label="Desktop notification when somebody needs a person"
                on:click=desktop
            >
                <Icon path=BELL/>
            </button>
        </div>
    }
}

#[component]
fn Nowhere() -> impl IntoView {
    view! {
        <div class="page">
            <Empty title="There is no such page" text="The address may be mistyped, or the page has moved.">
                <Link to=Route::Inbox(None) class="button">"Go to the inbox"</Link>
            </Empty>
        </div>
    }
}
