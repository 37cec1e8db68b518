//! Tokio's part of the suite. For each line "NAME COUNT" on standard input it runs that workload once and prints its wall
//! time and the CPU time of the process, in nanoseconds, and its peak resident memory so far, in KiB. A wrong result ends
//! it with an error.
//!
//! Usage: musubi-benchmarks-tokio WORKERS

mod workloads;

use std::fs;
use std::io::{self, BufRead, Write};
use std::time::Instant;

fn main() {
    let workers: usize = std::env::args()
        .nth(1)
        .and_then(|arg| arg.parse().ok())
        .expect("the number of worker threads");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()
        .expect("a runtime");
    for line in io::stdin().lock().lines() {
        let line = line.expect("a line");
        let (name, count) = line.split_once(' ').expect("NAME COUNT");
        let count: usize = count.parse().expect("a count");
        let cpu = cpu_nanos();
        let begin = Instant::now();
        workloads::run(&runtime, name, count);
        let wall = begin.elapsed().as_nanos();
        println!("{} {} {}", wall, cpu_nanos() - cpu, peak_kib());
        io::stdout().flush().expect("somebody to read this");
    }
}

/// User and system time of all threads, in the ticks of 10 ms that the kernel counts.
fn cpu_nanos() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    (ticks(11) + ticks(12)) * 10_000_000
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
