//! What a running process has used so far: processor time and resident memory, as Linux tells it under `/proc`.
//! What is to be used at most is left to the callers.

use std::time::Duration;

use crate::failure::Failure;

/// Processor time in `/proc` is told in hundredths of a second, whatever the kernel's own ticks are.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of all its threads, those that have ended included.
pub fn cpu(process: u32) -> Result<Duration, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    ticks(&text).map(|ticks| TICK.saturating_mul(ticks)).ok_or_else(|| not_told("its processor time", &text))
}

/// Its resident memory in KiB.
pub fn resident_kib(process: u32) -> Result<u64, Failure> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    resident(&text).ok_or_else(|| not_told("its resident memory", &text))
}

/// The program's name, which may hold anything, ends with the last parenthesis; user and system time are the 12th and
/// 13th field after it.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11).map(str::parse::<u32>);
    times.next()?.ok()?.checked_add(times.next()?.ok()?)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn not_told(what: &str, text: &str) -> Failure {
    Failure::step(format!("the system tells {what}"), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added_whatever_the_program_is_called() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 31 9 9 20 0 4 0 100 1000 200";
        assert_eq!(ticks(stat), Some(281));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn resident_memory_is_told_in_kib() {
        assert_eq!(resident("VmPeak:\t  9 kB\nVmRSS:\t   2048 kB\n"), Some(2048));
        assert_eq!(resident("VmPeak:\t  9 kB\n"), None);
    }
}
