//! The command as a person runs it: arguments in, exit code, stdout, stderr and a case's folder out.

mod custody;
mod errors;
mod killing;
mod levels;
pub(crate) mod output;
mod safety;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Ran {
    /// Asserts the exit code; shows what was said where it is another.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Asserts that stderr says all of this.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in stderr:\n{}", self.err);
        }
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}:\n{}", self.out))
    }
}

/// A folder of its own, with a cache and a configuration of its own.
pub(crate) struct Desk(tempfile::TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program in this folder, with an environment that says nothing but what is needed.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).env_clear().stdin(Stdio::null());
        for name in ["PATH", "SystemRoot", "TMPDIR", "TEMP"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.0.path()).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("XDG_CONFIG_HOME", self.path("config")).env("COLUMNS", "80");
        command
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_breachwalk"));
        command.args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    pub(crate) fn run_with_stdin(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        output.into()
    }

    pub(crate) fn digest(&self, case: &str) -> String {
        self.run(&["case", "digest", case]).ends(0).out.trim().to_owned()
    }

    pub(crate) fn manifest(&self, case: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(case).join("manifest.json")).unwrap()).unwrap()
    }

    /// Every file of a case's frames with its bytes.
    pub(crate) fn parts(&self, case: &str) -> Vec<(String, Vec<u8>)> {
        let case = self.path(case);
        let of = |table: &str| crate::support::files(&case.join(table));
        let all = of("exchanges").into_iter().chain(of("rejects"));
        all.map(|p| (crate::support::name(&case, &p), std::fs::read(&p).unwrap())).collect()
    }

    /// Every part is in the manifest, and nothing unfinished lies about.
    #[track_caller]
    pub(crate) fn nothing_left_over(&self, case: &str) {
        let manifest = self.manifest(case);
        let text = |part: &Value, key: &str| part[key].as_str().unwrap().to_owned();
        let listed: Vec<String> = manifest["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| format!("{}/{}", text(p, "table"), text(p, "file")))
            .collect();
        for (name, _) in self.parts(case) {
            assert!(listed.contains(&name.replace('\\', "/")), "{name} is not in the manifest");
        }
        for path in crate::support::files(&self.path(case)) {
            let name = crate::support::name(&self.path(case), &path);
            assert!(!name.contains("incoming") && !name.contains(".new") && !name.contains(".tmp"), "{name}");
        }
    }
}

/// Lines of an access log: `n` requests, one a second, each file told from the next by `seed`.
pub(crate) fn combined(n: usize, seed: usize) -> String {
    let mut out = String::with_capacity(n * 140);
    for i in 0..n {
        let (minute, second) = (i / 60 % 60, i % 60);
        let (store, client) = (i * 7 + seed, 1 + i % 200);
        let hour = i / 3600 % 24;
        let status = [200, 200, 200, 404, 500][i % 5];
        writeln!(
            out,
            "192.0.2.{client} - - [11/Sep/2024:{hour:02}:{minute:02}:{second:02} +0530] \"GET /api/v1/stores/{store}/orders?page={i} HTTP/1.1\" {status} {} \"-\" \"agent/{seed}\"",
            i % 4000,
        )
        .unwrap();
    }
    out
}

/// The folder of the bundled evidence.
pub(crate) fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/qr-walk/evidence")
}
