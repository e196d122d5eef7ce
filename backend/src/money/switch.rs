//! The kill switch for refunds: one setting, `true` or why they are off.

use shared::api::{OffCause, RefundsOff};

/// The setting's key. The store reads it, too, in the transaction that records a refund.
pub const MONEY_SETTING: &str = "money_enabled";
/// The setting's value while refunds are on, as JSON. A desk that has none stored has them on.
pub const ON: &str = "true";

/// Why refunds are off; `None` if they are on. Anything but a plain yes is a no.
pub fn off(setting: Option<&str>) -> Option<RefundsOff> {
    let json = setting.filter(|json| *json != ON)?;
    Some(serde_json::from_str(json).unwrap_or(RefundsOff {
        since: None,
        by: None,
        cause: OffCause::Switched,
        detail: String::new(),
        lost: Vec::new(),
    }))
}

/// The setting's value while refunds are off.
pub fn off_setting(off: &RefundsOff) -> String {
    // A plain no, should it ever not be written as JSON.
    serde_json::to_string(off).unwrap_or_else(|_| "false".to_owned())
}
