//! The JSON format in which a shop hands over its customers, orders and charges.
//!
//! ```json
//! {"customers": [{
//!   "id": "cus_1", "name": "Maria Rossi", "email": "maria@shop.example",
//!   "orders": [{
//!     "id": "A1001", "placed": {"days_ago": 6, "time": "09:41"}, "status": "delivered",
//!     "delivered": {"days_ago": 3}, "total": {"amount": 4900, "currency": "EUR"},
//!     "items": [{"name": "Coffee dripper", "quantity": 1, "price": 4900}],
//!     "charges": [{"id": "ch_1", "at": {"days_ago": 6}, "amount": 4900, "refunds": []}]
//!   }],
//!   "subscription": {"id": "sub_1", "plan": "Coffee club", "every": "month", "status": "active",
//!     "price": {"amount": 1200, "currency": "EUR"}, "started": "2026-01-31T09:30:00Z",
//!     "renews": {"days_ahead": 12}},
//!   "invoices": [{"id": "INV-1", "date": {"days_ago": 18}, "state": "paid",
//!     "amount": {"amount": 1200, "currency": "EUR"}}]
//! }]}
//! ```
//!
//! `orders`, `invoices`, `items`, `charges` and `refunds` may be left out, and so may
//! `subscription`, `renews` and, unless the status is `delivered`, `delivered`. `customer` ids are
//! those that the site signs as `sub` in a visitor's identity. Amounts are minor units (cents); a
//! charge and its refunds (`{"id", "at", "amount"}`) are in the order's currency. A second charge
//! on an order that is already paid counts as a duplicate.

use serde::Deserialize;
use shared::{money::Money, time::Timestamp};

/// Largest file, in bytes.
pub const SHOP_BYTES: usize = 64 * 1024 * 1024;

/// Data that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum InvalidShop {
    /// The file is too big.
    #[error("the shop data has {0} bytes; at most {SHOP_BYTES} are loaded")]
    TooLarge(usize),
    /// It is not JSON, or not in this format.
    #[error("the shop data cannot be read: {0}")]
    Format(#[from] serde_json::Error),
    /// A value makes no sense.
    #[error("the shop data is wrong at {place}: {message}")]
    Value {
        /// Where, such as `customers[3].orders[0].total`.
        place: String,
        /// What to do about it.
        message: String,
    },
    /// It contradicts what was loaded before.
    #[error("the shop data contradicts what was loaded before: {0}")]
    Conflict(String),
}

macro_rules! records {
    ($($(#[$doc:meta])* pub struct $name:ident { $($fields:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)* }
    )+};
}

records! {
    /// A whole shop.
    pub struct ShopData {
        /// Everyone who has bought something.
        pub customers: Vec<CustomerData>,
    }

    /// A customer with all that is theirs.
    pub struct CustomerData {
        /// The id that the site signs for.
        pub id: String,
        /// Their name.
        pub name: String,
        /// Where invoices go.
        pub email: String,
        /// What they bought.
        #[serde(default)]
        pub orders: Vec<OrderData>,
        /// What they buy again and again.
        #[serde(default)]
        pub subscription: Option<SubscriptionData>,
        /// What they were billed for.
        #[serde(default)]
        pub invoices: Vec<InvoiceData>,
    }

    /// An order.
    pub struct OrderData {
        /// Its number, as the customer knows it; unique in any case.
        pub id: String,
        /// When it was placed.
        pub placed: When,
        /// How far it is.
        pub status: OrderStatus,
        /// When it arrived.
        #[serde(default)]
        pub delivered: Option<When>,
        /// What it costs, shipping and discounts included.
        pub total: Money,
        /// What it consists of.
        #[serde(default)]
        pub items: Vec<ItemData>,
        /// What was captured for it.
        #[serde(default)]
        pub charges: Vec<ChargeData>,
    }

    /// A line of an order.
    pub struct ItemData {
        /// What it is.
        pub name: String,
        /// How many.
        pub quantity: u32,
        /// What one costs, in minor units.
        pub price: i64,
    }

    /// A captured payment.
    pub struct ChargeData {
        /// The provider's id.
        pub id: String,
        /// When.
        pub at: When,
        /// How much, in minor units of the order's currency.
        pub amount: i64,
        /// What was given back of it before Baton came.
        #[serde(default)]
        pub refunds: Vec<RefundData>,
    }

    /// A refund made outside Baton.
    pub struct RefundData {
        /// The provider's id.
        pub id: String,
        /// When.
        pub at: When,
        /// How much, in minor units of the order's currency.
        pub amount: i64,
    }

    /// A subscription.
    pub struct SubscriptionData {
        /// Its id.
        pub id: String,
        /// What it is called.
        pub plan: String,
        /// What each period costs.
        pub price: Money,
        /// The period.
        pub every: Period,
        /// Whether it goes on.
        pub status: SubscriptionStatus,
        /// Since when.
        pub started: When,
        /// When it is charged next.
        #[serde(default)]
        pub renews: Option<When>,
    }

    /// An invoice.
    pub struct InvoiceData {
        /// Its number.
        pub id: String,
        /// Its date.
        pub date: When,
        /// How much.
        pub amount: Money,
        /// Whether it is settled.
        pub state: InvoiceState,
    }
}

/// A time: an instant, or a day relative to the day of loading, so that a demo never ages.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = r#"a time is "2026-01-31T09:30:00Z", {"days_ago": 9} or {"days_ahead": 9}, the last two with "time": "09:30" if wanted"#
)]
pub enum When {
    /// This instant.
    At(Timestamp),
    /// Before the day of loading, or on it.
    Ago(Ago),
    /// After the day of loading, or on it.
    Ahead(Ahead),
}

/// A day counted back from the day of loading, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ago {
    /// How many days back.
    pub days_ago: u32,
    /// The time of that day in UTC, `HH:MM`; noon if absent.
    #[serde(default)]
    pub time: ClockTime,
}

/// A day counted on from the day of loading, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ahead {
    /// How many days on.
    pub days_ahead: u32,
    /// The time of that day in UTC, `HH:MM`; noon if absent.
    #[serde(default)]
    pub time: ClockTime,
}

impl When {
    /// The instant, seen from `now`. Something that was so many days ago is never still to come.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        const DAY_MS: i64 = 86_400_000;
        let at = |day: i64, time: ClockTime| {
            Timestamp(day.saturating_mul(DAY_MS)).plus_ms(i64::from(time.0) * 60_000)
        };
        match self {
            Self::At(instant) => instant,
            Self::Ago(ago) => at(now.day() - i64::from(ago.days_ago), ago.time).min(now),
            Self::Ahead(ahead) => at(now.day() + i64::from(ahead.days_ahead), ahead.time),
        }
    }
}

/// A time of day, in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ClockTime(pub u16);

impl Default for ClockTime {
    fn default() -> Self {
        Self(12 * 60)
    }
}

impl TryFrom<String> for ClockTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a time of day looks like 09:30";
        let (hour, minute) = text.split_once(':').ok_or(WRONG)?;
        let number = |part: &str, below: u16| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u16>().ok().filter(|n| digits && *n < below).ok_or(WRONG)
        };
        Ok(Self(number(hour, 24)? * 60 + number(minute, 60)?))
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// The word for it in files, records and answers.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What the word stands for.
            pub fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

words! {
    /// How far an order is.
    pub enum OrderStatus {
        /// Not sent yet.
        Processing = "processing",
        /// On its way.
        Shipped = "shipped",
        /// It arrived.
        Delivered = "delivered",
        /// It came back.
        Returned = "returned",
        /// It will never be sent.
        Cancelled = "cancelled",
    }

    /// How often a subscription is charged.
    pub enum Period {
        /// Each week.
        Week = "week",
        /// Each month.
        Month = "month",
        /// Each year.
        Year = "year",
    }

    /// Whether a subscription goes on.
    pub enum SubscriptionStatus {
        /// It does.
        Active = "active",
        /// It rests.
        Paused = "paused",
        /// It has ended, or ends with the period.
        Cancelled = "cancelled",
    }

    /// Whether an invoice is settled.
    pub enum InvoiceState {
        /// It is.
        Paid = "paid",
        /// Not yet.
        Open = "open",
        /// It no longer counts.
        Void = "void",
    }
}

impl ShopData {
    /// Reads a file's content. Sizes and format are checked here, sense in [`ShopData::validate`].
    pub fn parse(json: &[u8]) -> Result<Self, InvalidShop> {
        if json.len() > SHOP_BYTES {
            return Err(InvalidShop::TooLarge(json.len()));
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The demo shop.
    pub fn demo() -> Result<Self, InvalidShop> {
        Self::parse(include_bytes!("../../../data/demo/shop.json"))
    }
}
