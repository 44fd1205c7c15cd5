//! `linktor user` and `linktor apikey`: from words on the command line to commands.

use std::io::BufRead as _;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use crate::app::StartError;
use crate::control::Command;
use crate::model::ids::ApiKeyId;
use crate::model::permission::Role;

/// What can be done about users.
#[derive(Subcommand)]
pub enum UserOrder {
    /// Make a user
    Add {
        /// The address to sign in with
        email: String,
        /// The name colleagues and customers see
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value = "agent")]
        role: RoleWord,
        /// Print a link by which they choose a password, in place of a password
        #[arg(long, conflicts_with = "password_stdin")]
        invite: bool,
        #[command(flatten)]
        password: PasswordWord,
    },
    /// List the users
    List,
    /// Change what a user may do
    Role {
        /// The user's address
        email: String,
        /// What they may do from now on
        #[arg(value_enum)]
        role: RoleWord,
    },
    /// Give a user a new password and end their sessions
    Password {
        /// The user's address
        email: String,
        #[command(flatten)]
        password: PasswordWord,
    },
    /// Print a link by which a user chooses a password, once
    Link {
        /// The user's address
        email: String,
    },
    /// Keep a user from signing in, and end their sessions
    Suspend {
        /// The user's address
        email: String,
    },
    /// Let a suspended user sign in again
    Activate {
        /// The user's address
        email: String,
    },
    /// Take away the second factor of a user who lost it, and end their sessions
    TwoStepOff {
        /// The user's address
        email: String,
    },
    /// Remove a user; their open conversations go back to the queue
    Delete {
        /// The user's address
        email: String,
    },
}

/// What can be done about API keys.
#[derive(Subcommand)]
pub enum KeyOrder {
    /// Make a key and print it, once
    Create {
        /// What the key is for
        name: String,
        /// The address of the user it acts for; the owner when left out
        #[arg(long = "for", value_name = "EMAIL")]
        email: Option<String>,
        /// Limits it, such as messages:write; can be repeated, everything when left out
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
    },
    /// List the keys
    List,
    /// End a key for good
    Revoke {
        /// The key's id, as `linktor apikey list` shows it
        id: String,
    },
}

/// Where a password comes from. Never a flag: those show in the list of processes.
#[derive(Args)]
pub struct PasswordWord {
    /// Read the password from the first line of standard input; else one is made up and printed
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordWord {
    fn read(&self) -> Result<Option<String>, StartError> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| StartError::new(format!("cannot read the password: {error}")))?;
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// A role on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum RoleWord {
    /// Reads, changes nothing
    Viewer,
    /// Answers customers
    Agent,
    /// Answers, assigns others, merges and exports
    Supervisor,
    /// Also manages users, channels, keys and settings
    Admin,
    /// Everything
    Owner,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Viewer => Self::Viewer,
            RoleWord::Agent => Self::Agent,
            RoleWord::Supervisor => Self::Supervisor,
            RoleWord::Admin => Self::Admin,
            RoleWord::Owner => Self::Owner,
        }
    }
}

impl UserOrder {
    /// The command behind the words.
    ///
    /// # Errors
    /// The password cannot be read.
    pub fn command(self) -> Result<Command, StartError> {
        Ok(match self {
            Self::Add {
                email,
                name,
                role,
                invite,
                password,
            } => Command::UserAdd {
                email,
                name,
                role: role.into(),
                password: password.read()?,
                invite,
            },
            Self::List => Command::UserList,
            Self::Role { email, role } => Command::UserRole {
                email,
                role: role.into(),
            },
            Self::Password { email, password } => Command::UserPassword {
                email,
                password: password.read()?,
            },
            Self::Link { email } => Command::UserLink { email },
            Self::Suspend { email } => Command::UserSuspend { email },
            Self::Activate { email } => Command::UserActivate { email },
            Self::TwoStepOff { email } => Command::UserTwoStepOff { email },
            Self::Delete { email } => Command::UserDelete { email },
        })
    }
}

impl KeyOrder {
    /// The command behind the words.
    ///
    /// # Errors
    /// An id that is none.
    pub fn command(self) -> Result<Command, StartError> {
        Ok(match self {
            Self::Create {
                name,
                email,
                scopes,
            } => Command::KeyCreate {
                name,
                email,
                scopes,
            },
            Self::List => Command::KeyList,
            Self::Revoke { id } => Command::KeyRevoke {
                id: id.parse::<ApiKeyId>().map_err(|_| {
                    StartError::new(format!(
                        "{id} is no id of a key; `linktor apikey list` shows them"
                    ))
                })?,
            },
        })
    }
}
