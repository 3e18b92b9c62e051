//! The program. All of it is in the library.

/// The C library keeps an arena for each thread that meets another at work: under load the memory of a host that runs
/// for months grows with nothing kept in it (`docs/reliability.md`, row 16).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    refapp_lever_server::main()
}
