//! Who of the staff has a page open, and who of them is away.

use shared::{api::Present, id::StaffId};

use crate::{app::App, auth::StaffAuth, storage::StoreError};

/// Whoever has a page open, by name.
pub async fn present(app: &App) -> Result<Vec<Present>, StoreError> {
    let accounts = app.store.staff().await?.into_iter();
    let here = accounts.filter_map(|account| {
        let away = app.desk.presence().of(&account.id)?;
        Some(Present { id: account.id, name: account.name, away })
    });
    Ok(here.collect())
}

/// Notes that `staff` is away, or back; a restart does not forget it. It is on record, for it can
/// move responsibility.
pub async fn set_away(app: &App, staff: &StaffAuth, away: bool) -> Result<(), StoreError> {
    let who = &staff.account.id;
    let (json, action) = if away { ("true", "away") } else { ("false", "back") };
    let entry = staff.entry(app, action, &*staff.account.email);
    app.store.put_setting(&away_setting(who), json, entry).await?;
    app.desk.presence().set_away(who, away);
    Ok(())
}

/// Finds out who said before the last stop that they are away.
pub async fn remember(app: &App) -> Result<(), StoreError> {
    for account in app.store.staff().await? {
        if app.store.setting(&away_setting(&account.id)).await?.as_deref() == Some("true") {
            app.desk.presence().set_away(&account.id, true);
        }
    }
    Ok(())
}

fn away_setting(who: &StaffId) -> String {
    format!("away.{who}")
}
