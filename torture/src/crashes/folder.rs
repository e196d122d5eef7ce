//! A data folder with which a server starts quickly: its agents have few examples to learn, and
//! its people no made-up passwords to check. All else is as `baton serve --demo` makes it.

use std::{collections::HashMap, path::Path};

use baton::{
    app::SystemClock,
    brain::defaults,
    runtime::Clock as _,
    storage::{
        Store as _,
        rows::{AuditRow, StaffRow},
        sqlite::SqliteStore,
    },
};
use shared::{agent::AgentSpec, api::Role};

/// Examples that are kept of each intent.
const EXAMPLES: u32 = 6;

/// Makes the folder `data`.
pub async fn make(data: &Path) {
    let store = SqliteStore::open(data).expect("a store");
    for mut spec in defaults::agents() {
        shorten(&mut spec);
        store.publish(spec, None, None, SystemClock.now()).await.expect("published");
    }
    for (name, role) in [("Admin", Role::Admin), ("Sam", Role::Agent), ("Kim", Role::Agent)] {
        let slug = name.to_lowercase();
        let staff = StaffRow {
            id: slug.parse().expect("an id"),
            email: format!("{slug}@example.com"),
            name: name.to_owned(),
            role,
            active: true,
            // No password has this hash: nobody signs in.
            password_hash: String::new(),
        };
        let added = AuditRow::of_baton(SystemClock.now(), "staff_added", &staff.email);
        store.add_staff(staff, added).await.expect("added");
    }
}

fn shorten(spec: &mut AgentSpec) {
    let mut kept: HashMap<String, u32> = HashMap::new();
    spec.examples.retain(|example| {
        let count = kept.entry(example.intent.clone()).or_default();
        *count += 1;
        *count <= EXAMPLES
    });
}
