//! Connections to model providers.

use shared::{
    api::OfferedModel,
    model::{Price, Protocol},
};

use super::entry;
use crate::{
    storage::{Store, StoreError, rows::ConnectionRow},
    vault::Sealed,
};

pub(super) async fn story(store: &dyn Store) {
    let row = |id: &str, name: &str| ConnectionRow {
        id: id.to_owned(),
        name: name.to_owned(),
        protocol: Protocol::Anthropic,
        base_url: "https://models.example".to_owned(),
        key: Some(Sealed::stored("sealed".to_owned())),
        models: vec![OfferedModel {
            name: "large".to_owned(),
            price: Price { input: 3, cached: Some(1), output: 15 },
        }],
    };
    for id in ["beta", "alpha"] {
        store.add_connection(row(id, id), entry("connection")).await.expect("added");
    }
    let twice = store.add_connection(row("beta", "Other"), entry("twice")).await;
    assert_eq!(twice, Err(StoreError::Taken("id")));
    let changed = ConnectionRow { key: None, models: Vec::new(), ..row("beta", "Changed") };
    assert_eq!(store.put_connection(changed.clone(), entry("connection")).await, Ok(true));
    assert_eq!(store.put_connection(row("none", "x"), entry("twice")).await, Ok(false));
    assert_eq!(store.connections().await, Ok(vec![row("alpha", "alpha"), changed]));
    assert_eq!(store.delete_connection("beta", entry("connection")).await, Ok(true));
    assert_eq!(store.delete_connection("beta", entry("twice")).await, Ok(false));
    assert_eq!(store.connections().await, Ok(vec![row("alpha", "alpha")]));
}
