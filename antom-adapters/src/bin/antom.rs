//! The `antom` binary: the command line of the merchant service.
//! Everything it does is in `antom_adapters::inbound::cli`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    antom_adapters::inbound::cli::main()
}
