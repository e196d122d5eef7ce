//! Settings: a file, then the environment, then flags; the later one wins. Each is documented
//! here once; `--help` and `baton config` both print it from here.

use std::{
    fmt::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::{Args, CommandFactory, Parser, ValueEnum, builder::BoolishValueParser};
use serde::{Deserialize, Serialize};

use shared::limits::PASSWORD_BYTES;

use crate::{
    egress::{InvalidHost, PrivateHosts},
    origin,
    tools::mcp::{Commands, InvalidCommand},
};

/// The file with the keys that seal secrets, in the data folder.
const SECRET_KEYS: &str = "secret.keys";

/// What can be set, as it was given: `None` means that nobody said anything.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Folder that holds the database; made if it is missing.
    #[arg(long, env = "BATON_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "BATON_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Adds a demo shop: a site, customers, orders, articles and two members of staff.
    #[arg(long, env = "BATON_DEMO", num_args = 0..=1, default_missing_value = "true",
          require_equals = true, value_parser = BoolishValueParser::new())]
    pub demo: Option<bool>,
    /// The demo shop's payment provider cannot be reached, to see what Baton does then.
    #[arg(long, env = "BATON_DEMO_PROVIDER_DOWN", num_args = 0..=1, default_missing_value = "true",
          require_equals = true, value_parser = BoolishValueParser::new())]
    pub demo_provider_down: Option<bool>,
    /// Address under which browsers reach Baton, such as https://desk.example; needed behind a
    /// proxy that changes the host name, and makes cookies HTTPS-only.
    #[arg(long, env = "BATON_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// How many proxies in front of Baton append to X-Forwarded-For; 0 believes none.
    #[arg(long, env = "BATON_TRUSTED_PROXIES", value_name = "N")]
    pub trusted_proxies: Option<usize>,
    /// Your shop's customers and orders, as a JSON file, instead of the demo shop's.
    #[arg(long, env = "BATON_SHOP", value_name = "FILE")]
    pub shop: Option<PathBuf>,
    /// Folder of Markdown articles that agents answer from.
    #[arg(long, env = "BATON_KNOWLEDGE", value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
    /// File with the keys that seal secrets in the database, one a line, 32 bytes in base64; the
    /// first one seals. Made in the data folder if nothing is said.
    #[arg(long, env = "BATON_SECRET_KEYS", value_name = "FILE")]
    pub secret_keys: Option<PathBuf>,
    /// Hosts in private networks that Baton may call, such as a model server in the next room:
    /// ollama.internal:11434, with commas between them. All others must have public addresses.
    #[arg(long, env = "BATON_PRIVATE_HOSTS", value_name = "HOSTS")]
    pub private_hosts: Option<String>,
    /// Programs on this machine that administrators may use as MCP servers, by a name:
    /// stock=/opt/stock/server --read-only, with `;` between two. They are started as Baton's user,
    /// without its environment; whoever needs quotes or variables names a script.
    #[arg(long, env = "BATON_MCP_COMMANDS", value_name = "COMMANDS")]
    pub mcp_commands: Option<String>,
    /// How many days a visitor is known by their browser after they were there last.
    #[arg(long, env = "BATON_VISITOR_DAYS", value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub visitor_days: Option<u32>,
    /// How log lines are written.
    #[arg(long, env = "BATON_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// What is logged: a level, or levels by part, such as info,baton=debug.
    #[arg(long, env = "BATON_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// E-mail address of the first administrator.
    #[arg(long, env = "BATON_ADMIN_EMAIL", value_name = "EMAIL")]
    pub admin_email: Option<String>,
    /// Password of the first administrator; one is made up if there is none.
    #[arg(long, env = "BATON_ADMIN_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub admin_password: Option<String>,
    /// New visitors a minute from one address; 0 is no limit.
    #[arg(long, env = "BATON_VISITORS_PER_MINUTE", value_name = "N")]
    pub visitors_per_minute: Option<u32>,
    /// Messages a minute of one visitor, and ten times that from one address; 0 is no limit.
    #[arg(long, env = "BATON_MESSAGES_PER_MINUTE", value_name = "N")]
    pub messages_per_minute: Option<u32>,
    /// Attempts a minute from one address to sign in to one account; three times that from one
    /// address to any, and from all addresses to one account from which nobody has signed in to it;
    /// 0 is no limit.
    #[arg(long, env = "BATON_LOGINS_PER_MINUTE", value_name = "N")]
    pub logins_per_minute: Option<u32>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How often a stranger may ask, by the minute; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// New visitors from one address.
    pub visitors_per_minute: u32,
    /// Messages of one visitor; ten times that from one address.
    pub messages_per_minute: u32,
    /// Attempts from one address to sign in to one account; three times that from one address, and
    /// from all strangers to one account.
    pub logins_per_minute: u32,
}

/// All settings, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Folder that holds the database.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether the demo shop is there.
    pub demo: bool,
    /// Whether the demo shop's payment provider cannot be reached.
    pub demo_provider_down: bool,
    /// Where browsers reach Baton, without a slash at the end.
    pub public_url: Option<String>,
    /// How many proxies append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// The shop's ledger as a file.
    pub shop: Option<PathBuf>,
    /// A folder of articles.
    pub knowledge: Option<PathBuf>,
    /// The program that reads uploaded files, for tests; by default the one that runs.
    pub reader: Option<PathBuf>,
    /// The file with the keys that seal secrets, unless it is in the data folder.
    pub secret_keys: Option<PathBuf>,
    /// Hosts in private networks that may be called.
    pub private_hosts: PrivateHosts,
    /// Programs that may be started as MCP servers.
    pub mcp_commands: Commands,
    /// How long a visitor's token is good after its last use, in days; 1 to 3650.
    pub visitor_days: u32,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
    /// The first administrator's address.
    pub admin_email: Option<String>,
    /// The first administrator's password.
    pub admin_password: Option<String>,
    /// How often a stranger may ask.
    pub rates: Rates,
}

/// Why the settings make no sense; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {cause}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        cause: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("the settings file {path} is wrong: {cause}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and how.
        cause: Box<toml::de::Error>,
    },
    /// The public address is none.
    #[error("the public URL must look like https://desk.example, without a path: {0}")]
    PublicUrl(String),
    /// Nobody could sign in with it, or everybody could.
    #[error("the first administrator's password must have 1 to {PASSWORD_BYTES} bytes")]
    AdminPassword,
    /// A private host is none.
    #[error(transparent)]
    PrivateHosts(#[from] InvalidHost),
    /// A command is none.
    #[error(transparent)]
    McpCommands(#[from] InvalidCommand),
    /// A visitor would never be known again, or for ever.
    #[error("visitor_days must be 1 to 3650")]
    VisitorDays,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            demo: false,
            demo_provider_down: false,
            public_url: None,
            trusted_proxies: 0,
            shop: None,
            knowledge: None,
            reader: None,
            secret_keys: None,
            private_hosts: PrivateHosts::default(),
            mcp_commands: Commands::default(),
            visitor_days: 30,
            log_format: LogFormat::Text,
            log: "info".to_owned(),
            admin_email: None,
            admin_password: None,
            rates: Rates {
                visitors_per_minute: 120,
                messages_per_minute: 60,
                logins_per_minute: 10,
            },
        }
    }
}

impl Config {
    /// Resolves `given` (environment and flags) over the file, and both over the defaults.
    pub fn resolve(file: Option<&Path>, given: Settings) -> Result<Self, ConfigError> {
        let file = file.map(read_file).transpose()?.unwrap_or_default();
        let default = Self::default();
        macro_rules! pick {
            ($name:ident) => {
                given.$name.or(file.$name)
            };
        }
        let public_url = pick!(public_url).map(public_origin).transpose()?;
        let admin_password = pick!(admin_password);
        if admin_password.as_ref().is_some_and(|p| p.is_empty() || p.len() > PASSWORD_BYTES) {
            return Err(ConfigError::AdminPassword);
        }
        let visitor_days = pick!(visitor_days);
        if visitor_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(ConfigError::VisitorDays);
        }
        Ok(Self {
            data: pick!(data).unwrap_or(default.data),
            listen: pick!(listen).unwrap_or(default.listen),
            demo: pick!(demo).unwrap_or(default.demo),
            demo_provider_down: pick!(demo_provider_down).unwrap_or(default.demo_provider_down),
            public_url,
            trusted_proxies: pick!(trusted_proxies).unwrap_or(default.trusted_proxies),
            shop: pick!(shop),
            knowledge: pick!(knowledge),
            reader: None,
            secret_keys: pick!(secret_keys),
            private_hosts: pick!(private_hosts).unwrap_or_default().parse()?,
            mcp_commands: pick!(mcp_commands).unwrap_or_default().parse()?,
            visitor_days: visitor_days.unwrap_or(default.visitor_days),
            log_format: pick!(log_format).unwrap_or(default.log_format),
            log: pick!(log).unwrap_or(default.log),
            admin_email: pick!(admin_email),
            admin_password,
            rates: Rates {
                visitors_per_minute: pick!(visitors_per_minute)
                    .unwrap_or(default.rates.visitors_per_minute),
                messages_per_minute: pick!(messages_per_minute)
                    .unwrap_or(default.rates.messages_per_minute),
                logins_per_minute: pick!(logins_per_minute)
                    .unwrap_or(default.rates.logins_per_minute),
            },
        })
    }

    /// The file with the keys that seal secrets.
    pub fn secret_keys(&self) -> PathBuf {
        self.secret_keys.clone().unwrap_or_else(|| self.data.join(SECRET_KEYS))
    }

    /// Whether browsers reach Baton by HTTPS only, so that cookies may be bound to it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

impl Settings {
    /// A settings file with every setting, explained, at its default.
    pub fn annotated() -> String {
        #[derive(Parser)]
        struct All {
            #[command(flatten)]
            settings: Settings,
        }
        let defaults = toml::Table::try_from(Self::defaults()).unwrap_or_default();
        let mut file = String::from(
            "# Baton's settings. Environment variables and flags override this file.\n",
        );
        for arg in All::command().get_arguments().filter(|arg| arg.get_id() != "help") {
            let name = arg.get_id().as_str();
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let variable = arg.get_env().map(|v| v.to_string_lossy()).unwrap_or_default();
            let _ = match defaults.get(name) {
                Some(value) => write!(file, "\n# {help}\n# {variable}\n{name} = {value}\n"),
                None => write!(file, "\n# {help}\n# {variable}\n# {name} = \"\"\n"),
            };
        }
        file
    }

    fn defaults() -> Self {
        let config = Config::default();
        Self {
            data: Some(config.data),
            listen: Some(config.listen),
            demo: Some(config.demo),
            demo_provider_down: Some(config.demo_provider_down),
            trusted_proxies: Some(config.trusted_proxies),
            visitor_days: Some(config.visitor_days),
            log_format: Some(config.log_format),
            log: Some(config.log),
            visitors_per_minute: Some(config.rates.visitors_per_minute),
            messages_per_minute: Some(config.rates.messages_per_minute),
            logins_per_minute: Some(config.rates.logins_per_minute),
            ..Self::default()
        }
    }
}

fn read_file(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| ConfigError::Unreadable { path: path.to_owned(), cause })?;
    toml::from_str(&text)
        .map_err(|cause| ConfigError::Malformed { path: path.to_owned(), cause: Box::new(cause) })
}

/// The origin as browsers send it, so that it can be compared with what they send.
fn public_origin(url: String) -> Result<String, ConfigError> {
    origin::exact(&url).map_err(|_| ConfigError::PublicUrl(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn what_is_given_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = file("listen = \"0.0.0.0:9\"\nmessages_per_minute = 7\n");
        let given = Settings { messages_per_minute: Some(8), ..Settings::default() };
        let config = Config::resolve(Some(file.path()), given).unwrap();
        assert_eq!(config.listen, "0.0.0.0:9".parse().unwrap());
        assert_eq!(config.rates.messages_per_minute, 8);
        assert_eq!(config.rates.logins_per_minute, Config::default().rates.logins_per_minute);
    }

    #[test]
    fn the_annotated_file_is_the_defaults() {
        let text = Settings::annotated();
        let config = Config::resolve(Some(file(&text).path()), Settings::default()).unwrap();
        assert_eq!(config, Config::default());
        for variable in ["BATON_DATA", "BATON_ADMIN_PASSWORD", "BATON_LOGINS_PER_MINUTE"] {
            assert!(text.contains(variable), "{variable}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let check = |text: &str, named: &str| {
            let error = Config::resolve(Some(file(text).path()), Settings::default());
            let said = error.unwrap_err().to_string();
            assert!(said.contains(named), "{said}");
        };
        check("lisen = \"x\"", "lisen");
        check("listen = \"everywhere\"", "listen");
        check("public_url = \"https://a.example/path\"", "https://a.example/path");
        check("admin_password = \"\"", "password");
        check("private_hosts = \"10.0.0.0/8\"", "10.0.0.0/8");
        check("visitor_days = 0", "visitor_days");
        check(&format!("admin_password = \"{}\"", "x".repeat(201)), "password");
        check("public_url = \"javascript:alert(1)\"", "javascript");
        let missing = Config::resolve(Some(Path::new("no-such-file")), Settings::default());
        assert!(missing.unwrap_err().to_string().contains("no-such-file"));
    }
}
