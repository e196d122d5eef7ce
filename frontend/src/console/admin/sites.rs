//! Websites that embed the widget.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{SaveSite, Site, Sites},
    limits::{NAME_CHARS, PHRASE_CHARS},
};

use super::{
    super::{
        client::{Admin, Failure},
        copy::CopyButton,
        dialog::{Confirm, Dialog, ShownOnce},
        field::{Field, TextArea, TextInput, Toggle},
        load::{Empty, Loader, loaded},
        nav::Nav,
        toast::Toasts,
    },
    FormFault, PageHead, placed,
    preview::{FirstOwner, Preview},
};
use crate::contrast::Rgb;

/// All sites.
#[component]
pub fn SitesPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let asking = admin.clone();
    let first = Loader::new(move || {
        let admin = asking.clone();
        async move { first_owner(&admin).await }
    });
    provide_context(FirstOwner(Signal::derive(move || first.ready().unwrap_or_default())));
    let sites = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.sites().await }
    });
    let making = RwSignal::new(false);
    let saved = Callback::new(move |site: Site| {
        making.set(false);
        sites.change(|list: &mut Sites| {
            if let Some(known) = list.sites.iter_mut().find(|s| s.key == site.key) {
                *known = site;
            } else {
                list.sites.push(site);
            }
        });
    });
    view! {
        <PageHead title="Sites" text="Websites that embed the widget, each with its own look and its own identity secret.">
            <button type="button" class="button primary" on:click=move |_| making.set(true)>"New site"</button>
        </PageHead>
        {loaded(sites, move |list| {
            if list.sites.is_empty() {
                let text = "Add your website, then copy one line into its pages.";
                return view! { <Empty title="There are no sites" text=text/> }.into_any();
            }
            list.sites.into_iter().map(|site| view! { <SiteCard site=site/> }).collect_view().into_any()
        })}
        {move || {
            making
                .get()
                .then(|| {
                    let close = Callback::new(move |()| making.set(false));
                    view! {
                        <Dialog title="New site" on_close=close wide=true>
                            <SiteForm site=None on_saved=saved/>
                        </Dialog>
                    }
                })
        }}
    }
}

#[component]
fn SiteCard(site: Site) -> impl IntoView {
    let now = RwSignal::new(site.clone());
    let active = move || now.with(|s| s.active);
    // The card stays when it was saved, and with it what is typed into the others.
    let on_saved = Callback::new(move |site| now.set(site));
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>{move || now.with(|s| s.name.clone())}</h2>
                <code>{site.key.to_string()}</code>
                <span class="chip" class:good=active>{move || if active() { "Active" } else { "Switched off" }}</span>
            </header>
            <Snippet key_text=site.key.to_string()/>
            <SiteForm site=Some(site.clone()) on_saved=on_saved/>
            <Secret site=site/>
        </section>
    }
}

/// The one line that embeds the widget.
#[component]
fn Snippet(key_text: String) -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    let snippet =
        format!("<script src=\"{origin}/embed.js\" data-site=\"{key_text}\" async></script>");
    view! {
        <h3 class="small-head">"Embed it"</h3>
        <p class="hint">"One line, before the end of the page's body. Nothing else is needed."</p>
        <div class="copy-line">
            <code>{snippet.clone()}</code>
            <CopyButton text=snippet/>
        </div>
    }
}

#[component]
fn SiteForm(site: Option<Site>, on_saved: Callback<Site>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let key = site.as_ref().map(|s| s.key.clone());
    let own_key = key.clone();
    let start = RwSignal::new(form_of(site));
    let name = RwSignal::new(start.with_untracked(|s| s.name.clone()));
    let origins = RwSignal::new(start.with_untracked(|s| s.origins.join("\n")));
    let color = RwSignal::new(start.with_untracked(|s| s.color.clone()));
    let greeting = RwSignal::new(start.with_untracked(|s| s.greeting.clone()));
    let questions = RwSignal::new(start.with_untracked(|s| s.questions.join("\n")));
    let active = RwSignal::new(start.with_untracked(|s| s.active));
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let now = move || SaveSite {
        name: name.get().trim().to_owned(),
        origins: lines(&origins.get()),
        color: color.get().trim().to_lowercase(),
        greeting: greeting.get().trim().to_owned(),
        questions: questions
            .get()
            .lines()
            .map(str::trim)
            .filter(|q| !q.is_empty())
            .map(str::to_owned)
            .collect(),
        active: active.get(),
    };
    let changed = Memo::new(move |_| start.with(|s| *s != now()));
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let is_new = key.is_none();
    // Each site has this form, all of them on one page.
    let form = StoredValue::new(key.as_ref().map_or_else(|| "new".to_owned(), ToString::to_string));
    let id = move |field: &str| form.with_value(|form| format!("{form}-{field}"));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let site = untrack(now);
        if let Err(fault) = check(&site) {
            return wrong.set(Some(fault));
        }
        wrong.set(None);
        busy.set(true);
        let (admin, key) = (admin.clone(), key.clone());
        spawn_local(async move {
            let answer = admin.save_site(key.as_ref(), &site).await;
            busy.try_set(false);
            match answer {
                Ok(site) => {
                    nav.set_unsaved(false);
                    toasts.done("Saved.");
                    start.try_set(form_of(Some(site.clone())));
                    on_saved.try_run(site);
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    view! {
        <form class="site-form" on:submit=save novalidate>
            <div class="form">
                <Field field="name" id=id("name") label="Name" hint="What the desk calls it." wrong=wrong.into()>
                    <TextInput id=id("name") value=name on_input=Callback::new(move |v| name.set(v))/>
                </Field>
                <Field
                    field="origins"
                    id=id("origins")
                    label="Allowed origins"
                    hint="Where the widget may be embedded, one a line: https://shop.example or http://localhost:*"
                    wrong=wrong.into()
                >
                    <TextArea id=id("origins") rows=3 value=origins on_input=Callback::new(move |v| origins.set(v))/>
                </Field>
                <Field field="color" id=id("color") label="Colour" wrong=wrong.into()>
                    <div class="row colour">
                        <input
                            type="color"
                            aria-label="Choose the colour"
                            prop:value=move || Rgb::parse(&color.get()).map(Rgb::hex).unwrap_or_default()
                            on:input:target=move |ev| color.set(ev.target().value())
                        />
                        <TextInput id=id("color") value=color on_input=Callback::new(move |v| color.set(v))/>
                    </div>
                </Field>
                <Field field="greeting" id=id("greeting") label="Greeting" hint="What the widget says before anybody has written." wrong=wrong.into()>
                    <TextArea id=id("greeting") rows=2 value=greeting on_input=Callback::new(move |v| greeting.set(v))/>
                </Field>
                <Field
                    field="questions"
                    id=id("questions")
                    label="Suggested questions"
                    hint="Up to four, one a line. Empty: the widget suggests what every shop is asked."
                    wrong=wrong.into()
                >
                    <TextArea id=id("questions") rows=3 value=questions on_input=Callback::new(move |v| questions.set(v))/>
                </Field>
                <Toggle label="Visitors can write" on=active on_change=Callback::new(move |v| active.set(v))/>
                <FormFault wrong=wrong fields=&["name", "origins", "color", "greeting", "questions"]/>
                <p class="buttons">
                    <button
                        type="submit"
                        class="button primary"
                        disabled=move || busy.get() || !(changed.get() || is_new)
                    >
                        {if is_new { "Add site" } else { "Save" }}
                    </button>
                </p>
            </div>
            <Preview color=color greeting=greeting key=own_key/>
        </form>
    }
}

#[component]
fn Secret(site: Site) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let asking = RwSignal::new(false);
    let secret = RwSignal::new(None::<String>);
    let has = RwSignal::new(site.has_identity_secret);
    let site = StoredValue::new(site);
    let rotate = Callback::new(move |()| {
        asking.set(false);
        let (admin, key) = (admin.clone(), site.with_value(|s| s.key.clone()));
        spawn_local(async move {
            match admin.new_secret(&key).await {
                Ok(new) => drop(secret.try_set(Some(new.secret))),
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    let kept = Callback::new(move |()| {
        secret.set(None);
        has.set(true);
    });
    view! {
        <h3 class="small-head">"Identity secret"</h3>
        <p class="hint">
            "Your server signs who its visitor is with it (a JWT, HS256). Tools that touch a person's data need that."
        </p>
        <p class="buttons">
            <span class="chip" class:good=has>{move || if has.get() { "Set" } else { "Not set" }}</span>
            <button type="button" class="button small" on:click=move |_| if has.get_untracked() { asking.set(true) } else { rotate.run(()) }>
                {move || if has.get() { "Make a new one" } else { "Make one" }}
            </button>
        </p>
        {move || {
            asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title="Make a new identity secret?"
                            text="The present one ends at once: until your server has the new one, its visitors count as not verified."
                            yes="Make a new one"
                            on_yes=rotate
                            on_no=Callback::new(move |()| asking.set(false))
                        />
                    }
                })
        }}
        {move || {
            secret
                .get()
                .map(|s| {
                    view! {
                        <ShownOnce
                            title="The new identity secret"
                            text="It is shown this once. Put it where your server keeps its secrets, never into a page."
                            secret=s
                            on_close=kept
                        />
                    }
                })
        }}
    }
}

/// The name of the agent at the front door.
async fn first_owner(admin: &Admin) -> Result<String, Failure> {
    let door = admin.settings().await?.front_door;
    let agents = admin.desk().agents().await?.agents;
    let first = agents.into_iter().find(|agent| agent.slug == door).and_then(|a| a.published);
    Ok(first.map(|published| published.spec.name).unwrap_or_default())
}

/// What a form begins with.
fn form_of(site: Option<Site>) -> SaveSite {
    match site {
        Some(s) => SaveSite {
            name: s.name,
            origins: s.origins,
            color: s.color,
            greeting: s.greeting,
            questions: s.questions,
            active: s.active,
        },
        None => SaveSite {
            name: String::new(),
            origins: Vec::new(),
            color: "#0b6e5f".to_owned(),
            greeting: "Hello! How can we help?".to_owned(),
            questions: Vec::new(),
            active: true,
        },
    }
}

fn lines(text: &str) -> Vec<String> {
    let found = text.split(['\n', ',']).map(|l| l.trim().trim_end_matches('/'));
    found.filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// What can be told without asking the server.
fn check(site: &SaveSite) -> Result<(), (String, String)> {
    let fail = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    if site.name.is_empty() || site.name.chars().count() > NAME_CHARS {
        return fail("name", "Give it a name of 1 to 80 characters.");
    }
    let fine = |o: &String| {
        let host = o.strip_prefix("https://").or_else(|| o.strip_prefix("http://"));
        host.is_some_and(|h| !h.is_empty() && !h.contains(['/', ' ', '"', '\'', ';']))
    };
    if let Some(bad) = site.origins.iter().find(|o| !fine(o)) {
        let text = format!("“{bad}” is no origin: write https:// and the host, without a path.");
        return Err(("origins".to_owned(), text));
    }
    if site.color.len() != 7 || Rgb::parse(&site.color).is_none() {
        return fail("color", "Write the colour as # and six hexadecimal digits.");
    }
    if site.greeting.chars().count() > PHRASE_CHARS {
        return fail("greeting", "Shorten the greeting to 300 characters.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_checked_before_it_is_sent() {
        let site = |name: &str, origins: &str, color: &str| SaveSite {
            name: name.into(),
            origins: lines(origins),
            color: color.into(),
            greeting: String::new(),
            questions: Vec::new(),
            active: true,
        };
        let check = |s: SaveSite, fault: Option<&str>| {
            assert_eq!(super::check(&s).err().map(|e| e.0).as_deref(), fault, "{s:?}");
        };
        check(site("Shop", "https://shop.example/\nhttp://localhost:*", "#0b6e5f"), None);
        check(site("Shop", "", "#0b6e5f"), None);
        check(site("", "", "#0b6e5f"), Some("name"));
        check(site("Shop", "shop.example", "#0b6e5f"), Some("origins"));
        check(site("Shop", "https://shop.example/path", "#0b6e5f"), Some("origins"));
        check(site("Shop", "https://x;script-src *", "#0b6e5f"), Some("origins"));
        check(site("Shop", "", "red"), Some("color"));
        check(site("Shop", "", "#fff"), Some("color"));
    }
}
