//! antom
fn main() {}
