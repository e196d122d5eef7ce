//! A shop with as many customers as a long run needs, each charged twice for one order.

use baton::{
    app::SystemClock,
    auth::identity::{self, Claims},
    runtime::Clock as _,
};
use serde_json::{Value, json};

/// The secret with which the demo shop's site vouches for its customers; documented, no secret.
const SECRET: &str = "demo-identity-secret";

/// The shop's file, with customers 0 to `customers` − 1.
pub fn file(customers: u64) -> String {
    let customers: Vec<Value> = (0..customers).map(customer).collect();
    json!({ "customers": customers }).to_string()
}

/// The order of customer `n`: 49.00 EUR, charged twice.
pub fn order(n: u64) -> String {
    format!("K{}", 1000 + n)
}

/// The site vouches for customer `n`. `unique` is used for no other assertion.
pub fn assertion(n: u64, unique: &str) -> String {
    let now = SystemClock.now().0 / 1000;
    let claims = Claims {
        sub: id(n),
        email: None,
        name: Some("Ada".to_owned()),
        aud: "demo".to_owned(),
        iat: now,
        exp: now + 240,
        jti: unique.to_owned(),
    };
    identity::sign(SECRET, &claims).expect("claims that can be signed")
}

/// The charge number `which` (1 or 2) of customer `n`.
pub fn charge(n: u64, which: u64) -> String {
    format!("ch_k{n}_{which}")
}

/// The id for which the site vouches.
pub fn id(n: u64) -> String {
    format!("cus_k{n}")
}

fn customer(n: u64) -> Value {
    let charge = |which: u64| json!({ "id": self::charge(n, which), "at": { "days_ago": 6 }, "amount": 4900 });
    json!({
        "id": id(n),
        "name": "Ada",
        "email": format!("ada{n}@example.com"),
        "orders": [{
            "id": order(n),
            "placed": { "days_ago": 6 },
            "status": "delivered",
            "delivered": { "days_ago": 3 },
            "total": { "amount": 4900, "currency": "EUR" },
            "items": [{ "name": "Coffee dripper", "quantity": 1, "price": 4900 }],
            "charges": [charge(1), charge(2)],
        }],
        "invoices": [{
            "id": format!("INV-K{n}"),
            "date": { "days_ago": 6 },
            "state": "paid",
            "amount": { "amount": 4900, "currency": "EUR" },
        }],
    })
}
