//! Tools that administrators make: requests to the shop's own systems.

mod card;
mod draft;
mod form;
mod import;
mod rows;
mod servers;
mod trial;

use leptos::prelude::*;
use shared::api::{MadeTool, MadeTools};

use self::{card::Card, draft::Draft, form::ToolForm, import::Import, servers::Servers};
use super::{
    super::{
        client::Admin,
        dialog::Dialog,
        load::{Empty, Loader, loaded},
    },
    PageHead,
};

/// What is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Making {
    One,
    FromDocument,
}

/// All tools that were made.
#[component]
pub fn ToolsPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let all = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.made_tools().await }
    });
    provide_context(all);
    let making = RwSignal::new(None::<Making>);
    let keep = kept();
    let saved = Callback::new(move |new| {
        making.set(None);
        keep.run(new);
    });
    view! {
        <PageHead title="Tools" text="What agents can do in your own systems. An agent uses only the tools that are chosen on its page.">
            <button type="button" class="button" on:click=move |_| making.set(Some(Making::FromDocument))>"Import OpenAPI"</button>
            <button type="button" class="button primary" on:click=move |_| making.set(Some(Making::One))>"New tool"</button>
        </PageHead>
        {loaded(all, move |list| {
            if list.tools.is_empty() {
                let text = "Describe a request to your shop, your parcel service or anything else that answers over HTTPS, try it here, and choose it on an agent's page.";
                return view! { <Empty title="No tools of your own yet" text=text/> }.into_any();
            }
            list.tools.into_iter().map(|made| view! { <Card made=made/> }).collect_view().into_any()
        })}
        <Servers/>
        {move || {
            let close = Callback::new(move |()| making.set(None));
            making
                .get()
                .map(|what| match what {
                    Making::One => view! {
                        <Dialog title="New tool" on_close=close wide=true>
                            <ToolForm start=Draft::new() is_new=true on_saved=saved/>
                        </Dialog>
                    }
                    .into_any(),
                    Making::FromDocument => view! {
                        <Dialog title="Import OpenAPI" on_close=close wide=true>
                            <Import on_saved=keep/>
                        </Dialog>
                    }
                    .into_any(),
                })
        }}
    }
}

/// All tools, to be changed when one of them is.
fn all() -> Loader<MadeTools> {
    expect_context()
}

/// Puts a tool that was saved among all.
fn kept() -> Callback<MadeTool> {
    let all = all();
    Callback::new(move |new: MadeTool| {
        all.change(|list: &mut MadeTools| {
            list.tools.retain(|made| made.tool.name != new.tool.name);
            list.tools.push(new);
            list.tools.sort_by(|a, b| a.tool.name.cmp(&b.tool.name));
        });
    })
}
