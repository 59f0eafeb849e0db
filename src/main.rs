//! The `wgrad` program.

fn main() -> std::process::ExitCode {
    wgrad::cli::main()
}
