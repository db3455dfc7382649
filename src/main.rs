//! The `breachwalk` command.

fn main() -> std::process::ExitCode {
    breachwalk::cli::run()
}
