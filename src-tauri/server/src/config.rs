//! The one TOML file of the headless host.
//!
//! Tolerant where only one thing can be meant, strict where a guess could mail a real person. Whatever is wrong is
//! said with its line and key. `docs/headless-host.md` is the reference for people.
//!
//! Not here: secrets. The file names files that hold them; [`SecretFile::read`] reads one when it is wanted, so the
//! subcommands, which need none, never touch them.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use api::{LeverLogin, Provision};
use engine::SecretKind;
use model::{Code, DataCentre, Failure, Limits, Mode, Place, Secret, Settings};
use serde::Deserialize;
use toml::Spanned;
use url::Url;

/// What the file says, checked.
#[derive(Debug)]
pub struct Config {
    /// Loopback, unless `public_url` is https: TLS is somebody else's, in front of us.
    pub listen: SocketAddr,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    pub connections: Vec<Connection>,
}

#[derive(Debug)]
pub struct Connection {
    pub name: String,
    pub data_centre: DataCentre,
    pub place: Place,
    lever: Login,
    purpose: Purpose,
    poll_interval: u32,
    retention_days: u32,
    limits: Limits,
}

/// What the connection is for: [`Mode`], with what that takes.
#[derive(Debug)]
enum Purpose {
    Integration(Box<Integration>),
    Observer,
}

#[derive(Debug)]
struct Integration {
    refapp_url: String,
    refapp_token: SecretFile,
    update_bearer: Option<SecretFile>,
    trigger_stage: String,
    default_language: String,
    default_template: Option<String>,
    acting_user: Option<String>,
}

#[derive(Debug)]
enum Login {
    ApiKey(SecretFile),
    OAuth {
        client_id: String,
        client_secret: SecretFile,
    },
}

/// A file that holds one secret and belongs to the operator: read, never copied, never written.
#[derive(Clone, Debug)]
pub struct SecretFile {
    pub kind: SecretKind,
    pub path: PathBuf,
    /// Where the configuration names it.
    named_at: String,
}

impl Config {
    /// Reads and checks the file. Relative paths in it are relative to the folder that it lies in.
    ///
    /// # Errors
    /// `APP-CONFIG` with `where` (file, line, key) and `problem`.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| wrong(&shown, &error.to_string()))?;
        let absolute = std::path::absolute(path).map_err(|error| wrong(&shown, &error.to_string()))?;
        Self::parse(&shown, absolute.parent().unwrap_or(Path::new("/")), &text)
    }

    /// Checks the text of a file that is shown as `name` and lies in `folder`.
    pub fn parse(name: &str, folder: &Path, text: &str) -> Result<Self, Failure> {
        Source { name, folder, text }.config()
    }

    /// Everything that the wizard would have asked for, secrets included.
    ///
    /// # Errors
    /// `APP-CONFIG` if a secret's file cannot be used.
    pub fn provisions(&self) -> Result<Vec<Provision>, Failure> {
        self.connections
            .iter()
            .map(|connection| connection.provision(self.public_url.clone()))
            .collect()
    }

    /// Where the host lays what a subcommand fetches.
    pub fn exports(&self) -> PathBuf {
        self.data_dir.join("exports")
    }

    /// Every file that holds a secret.
    pub fn secret_files(&self) -> impl Iterator<Item = &SecretFile> {
        self.connections.iter().flat_map(Connection::secret_files)
    }
}

impl Connection {
    fn provision(&self, public_url: Option<String>) -> Result<Provision, Failure> {
        Ok(Provision {
            name: self.name.clone(),
            data_centre: self.data_centre,
            place: self.place.clone(),
            lever: match &self.lever {
                Login::ApiKey(key) => LeverLogin::ApiKey(key.read()?),
                Login::OAuth {
                    client_id,
                    client_secret,
                } => LeverLogin::OAuth {
                    client_id: client_id.clone(),
                    client_secret: client_secret.read()?,
                },
            },
            purpose: match &self.purpose {
                Purpose::Integration(with) => api::Purpose::Integration(with.read()?),
                Purpose::Observer => api::Purpose::Observer,
            },
            poll_interval: self.poll_interval,
            retention_days: self.retention_days,
            limits: self.limits,
            public_url,
        })
    }

    /// Every file of this connection that holds a secret.
    pub fn secret_files(&self) -> impl Iterator<Item = &SecretFile> {
        let (Login::ApiKey(login)
        | Login::OAuth {
            client_secret: login, ..
        }) = &self.lever;
        let of_refapp = match &self.purpose {
            Purpose::Integration(with) => [Some(&with.refapp_token), with.update_bearer.as_ref()],
            Purpose::Observer => [None, None],
        };
        [login].into_iter().chain(of_refapp.into_iter().flatten())
    }

    /// Refapp's address, where Refapp is spoken to.
    pub fn refapp_url(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::Integration(with) => Some(&with.refapp_url),
            Purpose::Observer => None,
        }
    }
}

impl Integration {
    fn read(&self) -> Result<api::Integration, Failure> {
        Ok(api::Integration {
            refapp_url: self.refapp_url.clone(),
            refapp_token: self.refapp_token.read()?,
            update_bearer: self.update_bearer.as_ref().map(SecretFile::read).transpose()?,
            trigger_stage: self.trigger_stage.clone(),
            default_language: self.default_language.clone(),
            default_template: self.default_template.clone(),
            acting_user: self.acting_user.clone(),
        })
    }
}

impl SecretFile {
    /// The secret in the file, without the white space around it.
    ///
    /// # Errors
    /// `APP-CONFIG` if the file cannot be read, is empty, or holds more than one line.
    pub fn read(&self) -> Result<Secret, Failure> {
        let problem = |problem: &str| wrong(&self.named_at, &format!("{}: {problem}", self.path.display()));
        let text = fs::read_to_string(&self.path).map_err(|error| problem(&error.to_string()))?;
        let secret = Secret::new(&text);
        if secret.is_empty() {
            return Err(problem("the file is empty"));
        }
        // A line break would end the header that carries the secret.
        if secret.expose().chars().any(char::is_control) {
            return Err(problem("the file must hold one line"));
        }
        Ok(secret)
    }

    #[cfg(test)]
    pub fn of(kind: SecretKind, path: PathBuf) -> Self {
        Self {
            kind,
            path,
            named_at: "a test".to_owned(),
        }
    }

    /// The file's mode, if others than its owner have a right to it.
    pub fn too_open(&self) -> Option<u32> {
        let mode = fs::metadata(&self.path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
}

fn wrong(at: &str, problem: &str) -> Failure {
    Failure::new(Code::AppConfig).with("where", at).with("problem", problem)
}

// The file as it is written.

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    host: HostTable,
    #[serde(default)]
    connection: Vec<ConnectionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostTable {
    listen: Text,
    public_url: Option<Text>,
    data_dir: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionTable {
    name: Text,
    mode: Option<Text>,
    lever: Spanned<LeverTable>,
    refapp: Option<Spanned<RefappTable>>,
    #[serde(default)]
    settings: SettingsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeverTable {
    data_centre: Text,
    api_key_file: Option<Text>,
    client_id: Option<Text>,
    client_secret_file: Option<Text>,
    api_url: Option<Text>,
    auth_url: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefappTable {
    url: Text,
    token_file: Text,
    update_bearer_file: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsTable {
    trigger_stage: Option<Text>,
    default_language: Option<Text>,
    default_template: Option<Text>,
    acting_user: Option<Text>,
    poll_interval: Option<Spanned<u32>>,
    retention_days: Option<Spanned<u32>>,
    limits: Option<LimitsTable>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    candidate_yellow: Option<Spanned<u32>>,
    candidate_red: Option<Spanned<u32>>,
    referees_yellow: Option<Spanned<u32>>,
    referees_red: Option<Spanned<u32>>,
    reminder_hours: Option<Spanned<u32>>,
}

/// The file's text, and what it takes to say where in it something is.
struct Source<'a> {
    name: &'a str,
    folder: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn config(&self) -> Result<Config, Failure> {
        let file: File = toml::from_str(self.text).map_err(|error| {
            let at = error
                .span()
                .map_or_else(|| self.name.to_owned(), |span| self.at(span.start));
            wrong(&at, error.message())
        })?;
        let public_url = given(file.host.public_url);
        let mut connections: Vec<Connection> = Vec::new();
        for table in file.connection {
            let name = self.filled(&table.name)?;
            if connections.iter().any(|earlier| earlier.name == name) {
                return Err(self.wrong(&table.name, "another connection has this name"));
            }
            connections.push(self.connection(name, table)?);
        }
        // An address that every connection may use; a real one refuses http.
        for connection in &connections {
            if let Some(url) = &public_url {
                let hint = match connection.place {
                    Place::Real => "must be https to a host that is not loopback",
                    Place::Custom(_) => "must be https, or http on loopback",
                };
                connection
                    .place
                    .public(url.get_ref())
                    .map_err(|_| self.wrong(url, hint))?;
            }
        }
        if let Some(url) = &public_url
            && url.get_ref().contains(['?', '#'])
        {
            return Err(self.wrong(url, "must be an address without ? and #"));
        }
        // As it is understood and not as it was typed: https:/host is taken for https://host, and others must read it so.
        let public_url = match public_url {
            Some(url) => {
                let meant = Url::parse(url.get_ref().trim()).map_err(|_| self.wrong(&url, "must be an address"))?;
                Some(meant.as_str().trim_end_matches('/').to_owned())
            }
            None => None,
        };
        let listen = self.listen(&file.host.listen, public_url.as_deref())?;
        Ok(Config {
            listen,
            public_url,
            data_dir: self.path(&file.host.data_dir)?,
            connections,
        })
    }

    fn listen(&self, listen: &Text, public_url: Option<&str>) -> Result<SocketAddr, Failure> {
        let text = listen.get_ref().trim().replace("localhost:", "127.0.0.1:");
        let address: SocketAddr = text
            .parse()
            .map_err(|_| self.wrong(listen, "must be an IP address and a port, such as 127.0.0.1:8080"))?;
        let behind_tls = public_url.is_some_and(|url| url.starts_with("https://"));
        if !address.ip().is_loopback() && !behind_tls {
            return Err(self.wrong(
                listen,
                "must be loopback unless public_url is https: put a TLS proxy in front",
            ));
        }
        Ok(address)
    }

    fn connection(&self, name: String, table: ConnectionTable) -> Result<Connection, Failure> {
        let lever_at = table.lever.span().start;
        let lever = table.lever.into_inner();
        let data_centre = self.data_centre(&lever.data_centre)?;
        let (api_url, auth_url) = (given(lever.api_url), given(lever.auth_url));
        let place = self.place(data_centre, &lever.data_centre, api_url.as_ref(), auth_url.as_ref())?;
        let login = match (
            given(lever.api_key_file),
            given(lever.client_id),
            given(lever.client_secret_file),
        ) {
            (Some(file), None, None) => Login::ApiKey(self.secret(SecretKind::LeverKey, &file)?),
            (None, Some(id), Some(file)) => {
                if data_centre == DataCentre::Custom && auth_url.is_none() {
                    return Err(self.wrong(&id, "a custom data centre needs auth_url for OAuth"));
                }
                Login::OAuth {
                    client_id: self.filled(&id)?,
                    client_secret: self.secret(SecretKind::OauthClientSecret, &file)?,
                }
            }
            (Some(_), Some(odd), _) | (Some(_), _, Some(odd)) => {
                return Err(self.wrong(
                    &odd,
                    "either api_key_file, or client_id with client_secret_file, not both",
                ));
            }
            (None, Some(odd), None) => return Err(self.wrong(&odd, "client_secret_file is missing")),
            (None, None, Some(odd)) => return Err(self.wrong(&odd, "client_id is missing")),
            (None, None, None) => {
                let problem = "api_key_file is missing, or client_id with client_secret_file";
                return Err(wrong(&self.at(lever_at), problem));
            }
        };
        let mut settings = table.settings;
        let purpose = match self.mode(table.mode.as_ref())? {
            Mode::Observer => self.observer(table.refapp.as_ref(), &settings)?,
            Mode::Integration => {
                let Some(refapp) = table.refapp else {
                    return Err(self.wrong(&table.name, "[connection.refapp] is missing"));
                };
                let Some(stage) = settings.trigger_stage.take() else {
                    return Err(self.wrong(&table.name, "trigger_stage in [connection.settings] is missing"));
                };
                let with = self.integration(&place, refapp.into_inner(), &stage, &mut settings)?;
                Purpose::Integration(Box::new(with))
            }
        };
        let poll_interval = match settings.poll_interval {
            Some(seconds) if *seconds.get_ref() == 0 => {
                return Err(self.wrong(&seconds, "must be at least 1 second"));
            }
            Some(seconds) => seconds.into_inner(),
            None => Settings::default().poll_interval,
        };
        let retention_days = self.retention_days(settings.retention_days.as_ref())?;
        let limits = self.limits(&settings.limits.unwrap_or_default())?;
        Ok(Connection {
            name,
            data_centre,
            lever: login,
            purpose,
            poll_interval,
            retention_days,
            limits,
            place,
        })
    }

    fn mode(&self, word: Option<&Text>) -> Result<Mode, Failure> {
        match word.map(|word| (word, word.get_ref().trim())) {
            None | Some((_, "integration" | "")) => Ok(Mode::Integration),
            Some((_, "observer")) => Ok(Mode::Observer),
            Some((word, _)) => Err(self.wrong(word, "must be \"integration\" or \"observer\"")),
        }
    }

    /// What would start or write has no place there: whoever wrote it down means something else.
    fn observer(&self, refapp: Option<&Spanned<RefappTable>>, settings: &SettingsTable) -> Result<Purpose, Failure> {
        if let Some(refapp) = refapp {
            return Err(self.wrong(refapp, "an observer does not speak to Refapp: leave it out"));
        }
        let odd = [
            &settings.trigger_stage,
            &settings.default_language,
            &settings.default_template,
            &settings.acting_user,
        ];
        match odd.into_iter().flatten().next() {
            Some(odd) => Err(self.wrong(odd, "an observer starts and writes nothing: leave it out")),
            None => Ok(Purpose::Observer),
        }
    }

    fn integration(
        &self,
        place: &Place,
        refapp: RefappTable,
        trigger_stage: &Text,
        settings: &mut SettingsTable,
    ) -> Result<Integration, Failure> {
        place
            .refapp(refapp.url.get_ref())
            .map_err(|_| self.wrong(&refapp.url, refapp_hint(place)))?;
        Ok(Integration {
            refapp_url: self.filled(&refapp.url)?,
            refapp_token: self.secret(SecretKind::RefappToken, &refapp.token_file)?,
            update_bearer: given(refapp.update_bearer_file)
                .map(|file| self.secret(SecretKind::UpdateBearer, &file))
                .transpose()?,
            trigger_stage: self.filled(trigger_stage)?,
            default_language: match given(settings.default_language.take()) {
                Some(language) => self.language(&language)?,
                None => Settings::default().default_language,
            },
            default_template: given(settings.default_template.take()).map(trimmed),
            acting_user: given(settings.acting_user.take())
                .map(|user| self.e_mail(user))
                .transpose()?,
        })
    }

    fn retention_days(&self, days: Option<&Spanned<u32>>) -> Result<u32, Failure> {
        match days {
            Some(days) if !Settings::RETENTION_DAYS.contains(days.get_ref()) => {
                let (shortest, longest) = (Settings::RETENTION_DAYS.start(), Settings::RETENTION_DAYS.end());
                Err(self.wrong(days, &format!("must be {shortest} to {longest} days")))
            }
            Some(days) => Ok(*days.get_ref()),
            None => Ok(Settings::default().retention_days),
        }
    }

    /// One that is left out is as it is by default.
    fn limits(&self, table: &LimitsTable) -> Result<Limits, Failure> {
        let usual = Limits::default();
        let candidate = [table.candidate_yellow.as_ref(), table.candidate_red.as_ref()];
        let referees = [table.referees_yellow.as_ref(), table.referees_red.as_ref()];
        let [candidate_yellow, candidate_red] = self.wait(candidate, [usual.candidate_yellow, usual.candidate_red])?;
        let [referees_yellow, referees_red] = self.wait(referees, [usual.referees_yellow, usual.referees_red])?;
        let reminder_hours = match &table.reminder_hours {
            Some(hours) if !Limits::REMINDER_HOURS.contains(hours.get_ref()) => {
                return Err(self.wrong(hours, "must be 24, 48 or 72 hours"));
            }
            Some(hours) => *hours.get_ref(),
            None => usual.reminder_hours,
        };
        Ok(Limits {
            candidate_yellow,
            candidate_red,
            referees_yellow,
            referees_red,
            reminder_hours,
        })
    }

    /// Days until a wait is yellow, and until it is red.
    fn wait(&self, given: [Option<&Spanned<u32>>; 2], usual: [u32; 2]) -> Result<[u32; 2], Failure> {
        for days in given.into_iter().flatten() {
            if !Limits::DAYS.contains(days.get_ref()) {
                let (shortest, longest) = (Limits::DAYS.start(), Limits::DAYS.end());
                return Err(self.wrong(days, &format!("must be {shortest} to {longest} days")));
            }
        }
        let or = |place: usize| given[place].map_or(usual[place], |days| *days.get_ref());
        let (yellow, red) = (or(0), or(1));
        match given.into_iter().flatten().next() {
            Some(days) if yellow > red => {
                let problem = format!("yellow must not come after red, and these are {yellow} and {red} days");
                Err(self.wrong(days, &problem))
            }
            _ => Ok([yellow, red]),
        }
    }

    fn data_centre(&self, word: &Text) -> Result<DataCentre, Failure> {
        [DataCentre::Us, DataCentre::Eu, DataCentre::Sandbox, DataCentre::Custom]
            .into_iter()
            .find(|known| word.get_ref().trim().eq_ignore_ascii_case(known.word()))
            .ok_or_else(|| self.wrong(word, "must be \"us\", \"eu\", \"sandbox\" or \"custom\""))
    }

    fn place(
        &self,
        data_centre: DataCentre,
        word: &Text,
        api_url: Option<&Text>,
        auth_url: Option<&Text>,
    ) -> Result<Place, Failure> {
        if data_centre != DataCentre::Custom {
            return match api_url.or(auth_url) {
                Some(odd) => Err(self.wrong(odd, "only for data_centre = \"custom\"")),
                None => Ok(Place::Real),
            };
        }
        let api_url = api_url.ok_or_else(|| self.wrong(word, "a custom data centre needs api_url"))?;
        // Nothing asks for the OAuth host of a connection with an API key.
        let auth_url = auth_url.unwrap_or(api_url);
        let hint = "must be https, or http on loopback";
        for address in [api_url, auth_url] {
            Place::custom(address.get_ref(), address.get_ref()).map_err(|_| self.wrong(address, hint))?;
        }
        Place::custom(api_url.get_ref(), auth_url.get_ref())
    }

    fn language(&self, language: &Text) -> Result<String, Failure> {
        let word = language.get_ref().trim().to_ascii_lowercase();
        if word.len() == 2 && word.bytes().all(|b| b.is_ascii_lowercase()) {
            Ok(word)
        } else {
            Err(self.wrong(
                language,
                "must be a two-letter language code (ISO 639-1), such as \"sv\"",
            ))
        }
    }

    fn e_mail(&self, user: Text) -> Result<String, Failure> {
        if user.get_ref().contains('@') {
            Ok(trimmed(user))
        } else {
            Err(self.wrong(&user, "must be the e-mail address of a Lever user"))
        }
    }

    fn secret(&self, kind: SecretKind, file: &Text) -> Result<SecretFile, Failure> {
        Ok(SecretFile {
            kind,
            path: self.path(file)?,
            named_at: self.at(file.span().start),
        })
    }

    fn path(&self, path: &Text) -> Result<PathBuf, Failure> {
        Ok(self.folder.join(self.filled(path)?))
    }

    /// The text without the white space around it, which must not be all.
    fn filled(&self, text: &Text) -> Result<String, Failure> {
        match text.get_ref().trim() {
            "" => Err(self.wrong(text, "must not be empty")),
            filled if filled.chars().any(char::is_control) => Err(self.wrong(text, "must be one line of text")),
            filled => Ok(filled.to_owned()),
        }
    }

    fn wrong<T>(&self, value: &Spanned<T>, problem: &str) -> Failure {
        wrong(&self.at(value.span().start), problem)
    }

    /// `file, line 7, connection.lever.data_centre`, as far as there is a key.
    fn at(&self, offset: usize) -> String {
        let before = &self.text[..offset.min(self.text.len())];
        let number = before.matches('\n').count();
        let mut lines = self.text.lines().take(number + 1);
        let line = lines.clone().nth(number).unwrap_or_default().trim();
        let is_header = |line: &str| line.trim_start().starts_with('[');
        let header = lines.by_ref().filter(|line| is_header(line)).last();
        let header = header.map(|line| {
            line.trim()
                .trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default()
                .trim()
        });
        let key = (!is_header(line))
            .then(|| line.split_once('=').map(|(key, _)| key.trim()))
            .flatten();
        let path: Vec<&str> = header.into_iter().chain(key).collect();
        let (name, number) = (self.name, number + 1);
        if path.is_empty() {
            format!("{name}, line {number}")
        } else {
            format!("{name}, line {number}, {}", path.join("."))
        }
    }
}

fn refapp_hint(place: &Place) -> &'static str {
    match place {
        Place::Real => "must be https://app.refapp.com, https://app.refapp.se or https://sec.refapp.se",
        Place::Custom(_) => "must be https, or http on loopback",
    }
}

/// An optional text that is empty was not given.
fn given(text: Option<Text>) -> Option<Text> {
    text.filter(|text| !text.get_ref().trim().is_empty())
}

fn trimmed(text: Text) -> String {
    text.into_inner().trim().to_owned()
}

#[cfg(test)]
mod tests;
