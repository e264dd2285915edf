//! What the benchmarks of this crate share: measuring, payments as they are committed, and a bare writer.
//! The figures and their limits are left to each benchmark.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "shared by benchmarks, which use parts of it, read the clock and fail by panicking"
)]

pub mod bare;
pub mod measure;
pub mod payments;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
