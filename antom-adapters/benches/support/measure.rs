//! Times: CPU of a thread or of many, medians, and what the disk needs for one durable write.
//! What is measured is left to the benchmarks.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Nanoseconds that this thread has been on a processor.
pub fn cpu_of_this_thread() -> u64 {
    on_processor(Path::new("/proc/thread-self/schedstat"))
}

/// Nanoseconds that the threads of this process have been on a processor whose names begin with one of these.
pub fn cpu_of(names: &[&str]) -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|thread| thread.unwrap().path());
    let is_counted = |path: &std::path::PathBuf| {
        let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
        names.iter().any(|counted| name.starts_with(counted))
    };
    threads.filter(is_counted).map(|path| on_processor(&path.join("schedstat"))).sum()
}

fn on_processor(path: &Path) -> u64 {
    // A thread that ended in between has no more figures.
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

/// Microseconds for each of so many.
pub fn micros_each(nanos: u64, count: usize) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64() * 1e6 / f64::from(u32::try_from(count).unwrap())
}

/// So many in this time, for each second.
pub fn per_second(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / time.as_secs_f64()
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Whether limits are to be enforced.
pub fn is_gate() -> bool {
    std::env::args().any(|argument| argument == "--gate")
}

/// A file of 4 KiB on the disk of the databases, overwritten and synchronised: what every durable write waits for.
pub struct Disk(File);

impl Disk {
    pub fn in_folder(folder: &Path) -> Disk {
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(true).write(true).open(folder.join("raw")).unwrap();
        file.write_all_at(&[1; 4096], 0).unwrap();
        file.sync_all().unwrap();
        Disk(file)
    }

    /// Milliseconds for one overwrite and fdatasync.
    pub fn sync(&self, content: u8) -> f64 {
        let before = Instant::now();
        self.0.write_all_at(&[content; 4096], 0).unwrap();
        self.0.sync_data().unwrap();
        before.elapsed().as_secs_f64() * 1e3
    }

    /// Milliseconds for each of several.
    pub fn syncs(&self, count: u8) -> Vec<f64> {
        (0..count).map(|content| self.sync(content)).collect()
    }
}
