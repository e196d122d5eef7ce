//! The accounts of the desk.

mod account;
mod add;
mod keys;

use leptos::prelude::*;
use shared::api::{Role, Staff};

use self::{account::StaffRow, add::AddStaff};
use super::{
    super::{
        client::Admin,
        load::{Loader, loaded},
        words,
    },
    PageHead,
};

/// All accounts.
#[component]
pub fn StaffPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let staff = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.staff().await }
    });
    let adding = RwSignal::new(false);
    let changed = Callback::new(move |account: Staff| {
        adding.set(false);
        staff.change(|list| {
            if let Some(known) = list.staff.iter_mut().find(|s| s.id == account.id) {
                *known = account;
            } else {
                list.staff.push(account);
            }
        });
    });
    view! {
        <PageHead title="Staff" text="Agents answer in the inbox. Admins also shape agents, sites and accounts.">
            <button type="button" class="button primary" on:click=move |_| adding.set(true)>"Add somebody"</button>
        </PageHead>
        {loaded(staff, move |list| {
            let rows = list.staff.into_iter().map(|s| view! { <StaffRow account=s on_changed=changed/> });
            view! {
                <div class="table-wrap">
                    <table class="as-cards">
                        <thead>
                            <tr><th>"Name"</th><th>"E-mail"</th><th>"Role"</th><th>"Account"</th><th><span class="sr-only">"Actions"</span></th></tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            }
        })}
        {move || {
            adding
                .get()
                .then(|| {
                    let close = Callback::new(move |()| adding.set(false));
                    view! { <AddStaff on_added=changed on_close=close/> }
                })
        }}
    }
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Admin => "admin",
    }
}

/// The roles to choose from, by their keys.
fn roles() -> Signal<Vec<(String, String)>> {
    let option = |role| (role_key(role).to_owned(), words::role(role).to_owned());
    Signal::stored([Role::Agent, Role::Admin].map(option).to_vec())
}

fn role_of(key: &str) -> Role {
    if key == role_key(Role::Admin) { Role::Admin } else { Role::Agent }
}
