//! The arguments as they are typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;

/// Reconstructs what an API gave away, to whom and when, from HAR captures and gateway logs.
#[derive(Debug, Parser)]
#[command(name = "breachwalk", version, about, after_help = exit::HELP, max_term_width = 100)]
pub(super) struct Arguments {
    /// Say only what went wrong.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read evidence into a case.
    Ingest(Box<IngestArgs>),
    /// Print what was exposed: who took what, of whom, from which tenant, when, how surely.
    Report(Box<ReportArgs>),
    /// Was this phone, e-mail, order or restaurant affected, by whom, where?
    Find(Box<FindArgs>),
    /// Ask the case's tables in SQL.
    Query(Box<QueryArgs>),
    /// Write a HAR that can be handed on: sensitive values replaced, equal ones by equal pseudonyms.
    Redact(RedactArgs),
    /// List the kinds of sensitive data that are looked for.
    Classes(ListArgs),
    /// List the detectors.
    Detectors(ListArgs),
    /// Prove, list and compare what is in a case.
    Case(CaseArgs),
    /// List the formats that are read, or explain what a file was taken for.
    Formats(FormatsArgs),
}

/// How evidence is to be read; shared by all verbs that read some.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading")]
pub(super) struct ReadingArgs {
    /// nginx `log_format` string, or the whole directive as it stands in nginx.conf.
    #[arg(long, value_name = "FORMAT")]
    pub nginx_format: Vec<String>,
    /// Apache `LogFormat` string, or the whole directive.
    #[arg(long, value_name = "FORMAT")]
    pub apache_format: Vec<String>,
    /// Envoy access log format string.
    #[arg(long, value_name = "FORMAT")]
    pub envoy_format: Vec<String>,
    /// Regular expression with named groups; the names are columns or nginx variables.
    #[arg(long, value_name = "REGEX")]
    pub log_regex: Vec<String>,
    /// TOML file that maps the keys of JSON lines to columns.
    #[arg(long, value_name = "FILE")]
    pub mapping: Vec<PathBuf>,
    /// Try only this format (an id of `breachwalk formats`); may be repeated.
    #[arg(long, value_name = "ID")]
    pub format: Vec<String>,
    /// Zone of logs that name none, e.g. Asia/Kolkata [default: the case's, else UTC].
    #[arg(long, env = "BREACHWALK_ZONE", value_name = "ZONE")]
    pub zone: Option<String>,
    /// Proxy that may speak for a client in X-Forwarded-For: address or CIDR block.
    #[arg(long, env = "BREACHWALK_TRUSTED_PROXIES", value_delimiter = ',', value_name = "CIDR")]
    pub trusted_proxy: Vec<String>,
    /// TOML file with data classes of your own, kept in the case; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub classes: Vec<PathBuf>,
    /// Key of the fingerprints for a case that is made now, 32 bytes: cases with one key can be
    /// joined. [default: a fresh one]
    #[arg(long, env = "BREACHWALK_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Threads that parse [default: all cores].
    #[arg(long, env = "BREACHWALK_THREADS", value_name = "N")]
    pub threads: Option<usize>,
}

impl ReadingArgs {
    /// Whether no flag says how to read. What the environment may say is not looked at.
    pub(super) fn is_default(&self) -> bool {
        let lists = [&self.nginx_format, &self.apache_format, &self.envoy_format, &self.log_regex, &self.format];
        lists.iter().all(|l| l.is_empty()) && self.mapping.is_empty() && self.classes.is_empty()
    }
}

#[derive(Debug, Args)]
pub(super) struct IngestArgs {
    /// Files, folders, globs, zip archives, or `-` for standard input.
    #[arg(required = true, value_name = "EVIDENCE")]
    pub evidence: Vec<String>,
    /// Folder of the case; made if it is not there.
    #[arg(short, long, env = "BREACHWALK_CASE", value_name = "DIR")]
    pub case: PathBuf,
    /// End with code 4 when anything was rejected.
    #[arg(long)]
    pub strict: bool,
    /// How to print the summary.
    #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
    pub shape: Shape,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// Formats of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// Tables for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a row.
    Jsonl,
    /// Comma separated values.
    Csv,
    /// Markdown.
    Md,
    /// One HTML page that loads nothing.
    Html,
    /// STIX 2.1 bundle.
    Stix,
    /// SARIF 2.1.0.
    Sarif,
    /// Timesketch JSON lines.
    Timesketch,
    /// Parquet files of exposure, findings, actors and endpoints, in the folder that -o names.
    Parquet,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// A case's folder, or evidence (then the case lives in the cache folder).
    #[arg(required_unless_present = "schema", value_name = "CASE|EVIDENCE")]
    pub inputs: Vec<String>,
    /// How to print it.
    #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
    pub shape: Shape,
    /// Write to this file instead of stdout.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long)]
    pub force: bool,
    /// Rows of each ranking; 0 for all.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// Only these sections (ids as in the JSON output); may be repeated.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub section: Vec<String>,
    /// Only exchanges at or after this time: RFC 3339, without an offset in --zone; or a date.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only exchanges before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// This actor is an intruder: its key, user or address as in the report; may be repeated. Findings
    /// then propose nobody else.
    #[arg(long, value_name = "ACTOR", help_heading = "Scope")]
    pub actor: Vec<String>,
    /// This actor was allowed to do what it did; may be repeated.
    #[arg(long, value_name = "ACTOR", help_heading = "Scope")]
    pub legitimate: Vec<String>,
    /// `OpenAPI` 2 or 3 file that describes the API [default: the case's lens].
    #[arg(long, value_name = "FILE", help_heading = "Scope")]
    pub openapi: Option<PathBuf>,
    /// Tell only findings and exposed things that this case does not have.
    #[arg(long, value_name = "CASE", help_heading = "Scope")]
    pub baseline: Option<PathBuf>,
    /// What one tenant must be told, as a letter in Markdown: `4217` or `store_id=4217`.
    #[arg(long, value_name = "ID", help_heading = "Letters", conflicts_with = "notice")]
    pub tenant: Option<String>,
    /// A letter for each tenant that intruders got something of, one file each in this folder.
    #[arg(long, value_name = "DIR", help_heading = "Letters", conflicts_with_all = ["notice", "tenant"])]
    pub per_tenant: Option<PathBuf>,
    /// Draft of the notice that a regime asks for: gdpr, dpdp, cert-in, sec, hipaa.
    #[arg(long, value_name = "REGIME", help_heading = "Letters", requires = "aware_at")]
    pub notice: Option<String>,
    /// When the organisation became aware: deadlines count from then.
    #[arg(long, value_name = "TIME", help_heading = "Letters")]
    pub aware_at: Option<String>,
    /// Print the JSON Schema of `-f json` and end.
    #[arg(long)]
    pub schema: bool,
    /// Say for each exposed thing in which exchanges it stands.
    #[arg(long)]
    pub explain: bool,
    /// End with code 10 when a finding is at least this severe.
    #[arg(long, value_name = "SEVERITY", value_parser = ["info", "low", "medium", "high", "critical"])]
    pub fail_on: Option<String>,
    /// Write CSV cells as they are, without the guard against formulas.
    #[arg(long)]
    pub csv_raw: bool,
    /// End with code 4 when anything was rejected.
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, Args)]
pub(super) struct FindArgs {
    /// A phone, e-mail, card, order, restaurant … as anybody would write it.
    #[arg(value_name = "VALUE")]
    pub value: String,
    /// A case's folder, or evidence.
    #[arg(required = true, value_name = "CASE|EVIDENCE")]
    pub inputs: Vec<String>,
    /// How to print it.
    #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
    pub shape: Shape,
    /// Places that are shown; 0 for all.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// Show the value as the evidence has it, and write this reason into the custody log.
    #[arg(long, value_name = "REASON")]
    pub reveal: Option<String>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, Args)]
pub(super) struct QueryArgs {
    /// SQL over evidence, exchanges, sightings, identifiers, signals, fields, rejects, exposure,
    /// findings, actors, endpoints.
    #[arg(value_name = "SQL")]
    pub sql: String,
    /// A case's folder, or evidence.
    #[arg(required = true, value_name = "CASE|EVIDENCE")]
    pub inputs: Vec<String>,
    /// How to print it.
    #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
    pub shape: Shape,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Debug, Args)]
pub(super) struct RedactArgs {
    /// A HAR file, compressed or not.
    #[arg(value_name = "HAR")]
    pub file: String,
    /// Where the redacted HAR goes.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Where the certificate goes, which says what was replaced [default: FILE.certificate.json].
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Key of the pseudonyms, 32 bytes: captures redacted with one key can be joined. A case's `key`
    /// is one. [default: a fresh one]
    #[arg(long, env = "BREACHWALK_KEY", value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Replace values of the business too: order numbers, sales figures.
    #[arg(long)]
    pub business: bool,
    /// Keep bodies that cannot be read, such as archives.
    #[arg(long)]
    pub keep_unreadable: bool,
    /// Keep pictures, fonts, sound and films.
    #[arg(long)]
    pub keep_static: bool,
    /// Replace the files if they exist.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// How to print the list.
    #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
    pub shape: Shape,
}

#[derive(Debug, Args)]
pub(super) struct CaseArgs {
    #[command(subcommand)]
    pub command: CaseCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CaseCommand {
    /// Prove that evidence and frames are unchanged and that every byte is accounted for.
    Verify {
        /// The case's folder.
        case: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the custody log.
    Log {
        /// The case's folder.
        case: PathBuf,
        /// Print the log as it stands, one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Say what is thought of an actor; `report` then needs no --actor.
    Note {
        /// The case's folder.
        case: PathBuf,
        /// The actor's key, user or address.
        #[arg(long, value_name = "ACTOR")]
        actor: String,
        /// intruder, legitimate or open (takes a verdict back).
        #[arg(long, value_parser = ["intruder", "legitimate", "open"])]
        verdict: String,
        /// Why.
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// Print one SHA-256 over evidence and frames as the manifest records them: equal evidence gives
    /// equal digests. `verify` proves that they are still so.
    Digest {
        /// The case's folder.
        case: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct FormatsArgs {
    #[command(subcommand)]
    pub command: Option<FormatsCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum FormatsCommand {
    /// List the formats.
    List {
        /// How to print the list.
        #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
        shape: Shape,
    },
    /// Say what a file was taken for, why, and how each field was mapped.
    Explain {
        /// A file, a zip archive, or `-`.
        file: String,
        /// Explain this record (line or entry) instead of the first.
        #[arg(long, default_value_t = 1, value_name = "N")]
        record: u64,
        #[command(flatten)]
        reading: Box<ReadingArgs>,
    },
    /// List the columns that `--log-regex` and mapping files can name.
    Columns {
        /// How to print the list.
        #[arg(short = 'f', long = "output-format", value_enum, default_value_t = Shape::Table)]
        shape: Shape,
    },
}
