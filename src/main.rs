//! Entry point: everything happens in [`tearsheet::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    tearsheet::cli::main(std::env::args_os())
}
