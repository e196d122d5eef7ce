//! Accounts of staff.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    convert::{name_of, named, parsed, taken},
    sessions,
};
use crate::storage::{
    StoreError,
    rows::{Ends, StaffRow},
};

/// The columns of an account, in the order that [`staff_of`] reads them.
pub(super) const STAFF: &str = "s.id, s.email, s.name, s.role, s.active, s.password_hash";

pub(super) fn add(conn: &Connection, staff: &StaffRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO staff (id, email, email_folded, name, role, active, password_hash)
               VALUES (:id, :email, :folded, :name, :role, :active, :password_hash)";
    write(conn, sql, staff).map(|_| ())
}

pub(super) fn put(conn: &Connection, staff: &StaffRow, ends: Ends) -> Result<bool, StoreError> {
    let sql = "UPDATE staff SET email = :email, email_folded = :folded, name = :name,
                   role = :role, active = :active, password_hash = :password_hash
               WHERE id = :id";
    let known = write(conn, sql, staff)? == 1;
    sessions::end_of(conn, &staff.id, ends)?;
    Ok(known)
}

fn write(conn: &Connection, sql: &str, staff: &StaffRow) -> Result<usize, StoreError> {
    conn.prepare_cached(sql)?
        .execute(named_params! {
            ":id": staff.id.as_str(),
            ":email": staff.email,
            ":folded": fold(&staff.email),
            ":name": staff.name,
            ":role": name_of(&staff.role)?,
            ":active": staff.active,
            ":password_hash": staff.password_hash,
        })
        .map_err(|e| taken(e, "email"))
}

pub(super) fn all(conn: &Connection) -> Result<Vec<StaffRow>, StoreError> {
    let sql = format!("SELECT {STAFF} FROM staff s ORDER BY s.name, s.id");
    let mut statement = conn.prepare_cached(&sql)?;
    let staff = statement.query_map([], staff_of)?;
    Ok(staff.collect::<Result<_, _>>()?)
}

pub(super) fn by_email(conn: &Connection, email: &str) -> Result<Option<StaffRow>, StoreError> {
    let sql = format!("SELECT {STAFF} FROM staff s WHERE s.email_folded = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([fold(email)], staff_of).optional()?)
}

fn fold(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(super) fn staff_of(row: &Row<'_>) -> rusqlite::Result<StaffRow> {
    Ok(StaffRow {
        id: parsed(row, 0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        role: named(row, 3)?,
        active: row.get(4)?,
        password_hash: row.get(5)?,
    })
}
