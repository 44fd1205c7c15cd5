//! Carries out an operator's command over an open installation, served or not.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::control::Command;
use crate::control::status;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::people::first_owner;
use crate::engine::people::invitations::Invitation;
use crate::engine::people::users::Made;
use crate::engine::people::users::NewUser;
use crate::engine::people::users::UserChanges;
use crate::model::actor::Actor;
use crate::model::api_key::ApiKey;
use crate::model::event::Event;
use crate::model::event::UserEvent;
use crate::model::ids::ApiKeyId;
use crate::model::user::User;
use crate::model::user::UserStatus;
use crate::store::backup;
use crate::store::export;
use crate::store::log;
use crate::store::records::users;

/// Letters and digits of a password that is made up.
const PASSWORD_LENGTH: usize = 20;

/// Does what was asked and answers with what to tell the operator.
///
/// # Errors
/// One line that says why it was not done.
pub async fn carry_out(engine: &Engine, command: Command) -> Result<String, String> {
    match command {
        Command::UserAdd {
            email,
            name,
            role,
            password,
            invite,
        } => {
            let made_up = || engine.context.random.base62(PASSWORD_LENGTH);
            let new = NewUser {
                name,
                email,
                role,
                password: match (&password, invite) {
                    (None, true) => None,
                    _ => Some(password.clone().unwrap_or_else(made_up)),
                },
            };
            add_user(engine, new, password.is_none()).await
        }
        Command::UserLink { email } => {
            let user = find(engine, &email)?;
            let link = engine.users.link(&Actor::system(), user.id).await;
            Ok(link_for(&email, &link.map_err(said)?))
        }
        Command::UserList => list_users(engine),
        Command::UserRole { email, role } => {
            let changes = UserChanges {
                role: Some(role),
                ..UserChanges::default()
            };
            change_user(engine, &email, changes).await?;
            Ok(format!("{email} is {} now.", role.name()))
        }
        Command::UserPassword { email, password } => set_password(engine, &email, password).await,
        Command::UserSuspend { email } => {
            change_user(engine, &email, in_status(UserStatus::Suspended)).await?;
            Ok(format!(
                "{email} cannot sign in any more; their sessions are ended."
            ))
        }
        Command::UserActivate { email } => {
            change_user(engine, &email, in_status(UserStatus::Active)).await?;
            Ok(format!("{email} can sign in again."))
        }
        Command::UserTwoStepOff { email } => {
            let user = find(engine, &email)?;
            let reset = engine.users.reset_totp(&Actor::system(), user.id).await;
            reset.map_err(said)?;
            Ok(format!(
                "{email} signs in with the password alone; their sessions are ended."
            ))
        }
        Command::UserDelete { email } => {
            let user = find(engine, &email)?;
            let removed = engine.users.delete(&Actor::system(), user.id).await;
            removed.map_err(said)?;
            Ok(format!("{email} is removed."))
        }
        Command::KeyCreate {
            name,
            email,
            scopes,
        } => create_key(engine, &name, email.as_deref(), scopes).await,
        Command::KeyList => list_keys(engine),
        Command::KeyRevoke { id } => revoke_key(engine, id).await,
        Command::Backup { file } => back_up(engine, file).await,
        Command::Export { file } => export_to(engine, file).await,
        Command::Import { file } => import_from(engine, file).await,
        Command::Reindex => reindex(engine),
        Command::Status => {
            let findings = status::look(engine).await.map_err(said)?;
            serde_json::to_string(&findings).map_err(|error| error.to_string())
        }
    }
}

fn said(error: impl Into<EngineError>) -> String {
    error.into().to_string()
}

fn in_status(status: UserStatus) -> UserChanges {
    UserChanges {
        status: Some(status),
        ..UserChanges::default()
    }
}

fn find(engine: &Engine, email: &str) -> Result<User, String> {
    let snapshot = engine.context.store.snapshot().map_err(said)?;
    users::by_email(&snapshot, email)
        .map_err(said)?
        .ok_or_else(|| format!("there is no user {email}; `linktor user list` shows them"))
}

/// Makes a user, and says what cannot be known otherwise: a password that was made up, or the link.
async fn add_user(engine: &Engine, new: NewUser, unknown: bool) -> Result<String, String> {
    let (role, password) = (new.role, new.password.clone());
    let made = engine.users.create(&Actor::system(), new).await;
    let Made { user, invitation } = made.map_err(said)?;
    let mut text = format!("Made {} ({}).", user.email, role.name());
    match (invitation, password) {
        (Some(link), _) => text = format!("{text}\n{}", link_for(&user.email, &link)),
        (None, Some(password)) if unknown => text.push_str(&shown_once(&password)),
        (None, _) => {}
    }
    Ok(text)
}

fn link_for(email: &str, link: &Invitation) -> String {
    let mailed = if link.mailed {
        " A mail with it is on its way too."
    } else {
        ""
    };
    format!(
        "With this link {email} chooses a password. It works once, until {}.{mailed}\n{}",
        link.expires_at, link.url
    )
}

fn shown_once(password: &str) -> String {
    format!("\nPassword: {password}\nIt is shown only this once.")
}

fn list_users(engine: &Engine) -> Result<String, String> {
    let users = engine.users.list(&Actor::system()).map_err(said)?;
    let rows = users.iter().map(|user| {
        let status = match user.status {
            UserStatus::Active => "active",
            UserStatus::Pending => "invited",
            UserStatus::Inactive => "switched off",
            UserStatus::Suspended => "suspended",
        };
        [
            user.email.clone(),
            user.role.name().to_owned(),
            status.to_owned(),
            user.name.clone(),
        ]
    });
    Ok(table(["EMAIL", "ROLE", "STATUS", "NAME"], rows.collect()))
}

async fn change_user(engine: &Engine, email: &str, changes: UserChanges) -> Result<User, String> {
    let user = find(engine, email)?;
    let system = Actor::system();
    let changed = engine.users.update(&system, user.id, changes).await;
    changed.map_err(said)
}

async fn set_password(
    engine: &Engine,
    email: &str,
    password: Option<String>,
) -> Result<String, String> {
    let made_up = password.is_none();
    let password = password.unwrap_or_else(|| engine.context.random.base62(PASSWORD_LENGTH));
    let changes = UserChanges {
        password: Some(password.clone()),
        ..UserChanges::default()
    };
    change_user(engine, email, changes).await?;
    let mut text = format!("{email} has a new password; their sessions are ended.");
    if made_up {
        text.push_str(&shown_once(&password));
    }
    Ok(text)
}

async fn create_key(
    engine: &Engine,
    name: &str,
    email: Option<&str>,
    scopes: Vec<String>,
) -> Result<String, String> {
    let user = if let Some(email) = email {
        find(engine, email)?
    } else {
        let snapshot = engine.context.store.snapshot().map_err(said)?;
        let owner = first_owner::first_owner(&snapshot).map_err(said)?;
        owner.ok_or(
            "there is no owner yet whom a key could act for; make one with `linktor user add`",
        )?
    };
    let actor = Actor::user(user.id, user.role, user.name);
    let made = engine.api_keys.create(&actor, name, scopes, None).await;
    let (_, key) = made.map_err(said)?;
    Ok(format!("{key}\nIt is shown only this once."))
}

fn list_keys(engine: &Engine) -> Result<String, String> {
    let keys = engine.api_keys.list(&Actor::system()).map_err(said)?;
    let now = engine.context.clock.now();
    let rows = keys.iter().map(|key: &ApiKey| {
        let state = match (key.revoked_at, key.works(now)) {
            (Some(_), _) => "revoked",
            (None, true) => "works",
            (None, false) => "expired",
        };
        let used = key
            .last_used_at
            .map_or("never".to_owned(), |at| at.to_string());
        [
            key.id.to_string(),
            format!("{}...", key.prefix),
            state.to_owned(),
            used,
            key.name.clone(),
        ]
    });
    let head = ["ID", "BEGINS WITH", "STATE", "LAST USED", "NAME"];
    Ok(table(head, rows.collect()))
}

async fn revoke_key(engine: &Engine, id: ApiKeyId) -> Result<String, String> {
    let revoked = engine.api_keys.revoke(&Actor::system(), id).await;
    let key = revoked.map_err(said)?;
    Ok(format!("{} ({}...) works no more.", key.name, key.prefix))
}

async fn back_up(engine: &Engine, file: String) -> Result<String, String> {
    let store = engine.context.store.clone();
    let path = file.clone();
    let written = tokio::task::spawn_blocking(move || backup::write(&store, Path::new(&path)));
    let contents = written.await.map_err(|error| error.to_string())?;
    let contents = contents.map_err(said)?;
    engine.backups.note(&Actor::system()).await.map_err(said)?;
    engine.health.note_backup().await.map_err(said)?;
    Ok(format!(
        "Wrote {file}: {} records and {} files. It opens everything; keep it as you would a password.",
        contents.rows, contents.files
    ))
}

async fn export_to(engine: &Engine, file: String) -> Result<String, String> {
    let (store, path) = (engine.context.store.clone(), file.clone());
    let written = tokio::task::spawn_blocking(move || export::write(&store, Path::new(&path)));
    let count = written.await.map_err(|error| error.to_string())?;
    let count = count.map_err(said)?;
    Ok(format!(
        "Wrote {file}: {count} records, one a line. Passwords, keys and tokens are left out, and so are the bytes of files: `linktor backup` holds them."
    ))
}

/// The event log knows nothing of what was imported. It begins after what it does not tell, so that
/// whoever follows it starts from the records themselves.
async fn begin_log(engine: &Engine) -> Result<(), EngineError> {
    let stamp = engine.context.stamp();
    let store = &engine.context.store;
    store
        .write("beginning the event log", move |tx| {
            let mut pen = stamp.pen();
            let somebody = users::list(tx)?.first().map(|user| user.id);
            let user_id = somebody.unwrap_or_else(|| pen.id());
            for _ in 0..2 {
                pen.log(tx, Event::UserChanged(UserEvent { user_id }))?;
            }
            let until = pen.now.plus(Duration::from_secs(1));
            log::forget(tx, until, usize::MAX)?;
            Ok(())
        })
        .await
}

async fn import_from(engine: &Engine, file: String) -> Result<String, String> {
    let (store, path) = (engine.context.store.clone(), file.clone());
    let read = tokio::task::spawn_blocking(move || export::read(&store, Path::new(&path)));
    let count = read.await.map_err(|error| error.to_string())?;
    let count = count.map_err(said)?;
    begin_log(engine).await.map_err(said)?;
    reindex(engine)?;
    Ok(format!(
        "Read {count} records from {file}. The search index is being built. Channels must be connected again. Passwords are not in an export: `linktor user link EMAIL` lets somebody choose one."
    ))
}

/// The indexer notices within seconds that its folder is gone, and starts from the beginning.
fn reindex(engine: &Engine) -> Result<String, String> {
    let folder = engine.context.store.folder();
    let index = folder
        .map(crate::store::folder::Folder::index)
        .ok_or("there is no index folder")?;
    take_away(&index)?;
    Ok("The search index is being built anew; `linktor doctor` says how far it is.".to_owned())
}

/// Removes a folder. Where it is gone already, that is about to be noticed too.
fn take_away(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Columns as wide as what stands in them.
fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut widths = head.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in std::iter::once(head.map(str::to_owned)).chain(rows) {
        for (at, cell) in row.iter().enumerate() {
            let last = at + 1 == N;
            let width = if last { 0 } else { widths[at] + 2 };
            // Writing into a text cannot fail.
            let _written = write!(text, "{cell:<width$}");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let rows = vec![
            ["ana@example.com".to_owned(), "Ana".to_owned()],
            ["b@example.com".to_owned(), "Bia".to_owned()],
        ];
        let text = table(["EMAIL", "NAME"], rows);
        assert_eq!(
            text,
            "EMAIL            NAME\nana@example.com  Ana\nb@example.com    Bia"
        );
    }

    #[test]
    fn an_index_is_asked_for_anew_as_often_as_somebody_likes() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("index");
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(take_away(&folder), Ok(()));
        assert_eq!(take_away(&folder), Ok(()));
    }
}
