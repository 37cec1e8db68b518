//! The same work as in SuiteMusubi.java, SuiteJdk.java and SuiteCoroutines.kt, under the same names and in the same order.

use std::future::{ready, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::{self, JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

const LONG: Duration = Duration::from_secs(600);

pub fn run(runtime: &Runtime, name: &str, n: usize) {
    match name {
        "spawnOne" => inside(runtime, spawn_one(n)),
        "spawnTen" => inside(runtime, spawn_ten(n)),
        "spawnMany" => inside(runtime, spawn_many(n)),
        "spawnManyIdle" => spawn_many_from_outside(runtime, n),
        "spawnManyBusy" => spawn_many_busy(runtime, n),
        "chainedSpawn" => inside(runtime, chained_spawn(n)),
        "pingPong" => inside(runtime, ping_pong(n)),
        "yieldMany" => inside(runtime, yield_many(n)),
        "spawnBlocking" => inside(runtime, spawn_blocking(n)),
        "oneshot" => inside(runtime, one_shot(n)),
        "timers" => inside(runtime, timers(n)),
        "selectReady" => inside(runtime, select_ready(n)),
        "selectOneshots" => inside(runtime, select_oneshots(n)),
        "skynet" => inside(runtime, async move { check(skynet(0, n as u64).await, sum_below(n)) }),
        "skynetMillion" => run(runtime, "skynet", n),
        "fib" => inside(runtime, async move { check(fib(25).await, 75_025) }),
        "drained" => inside(runtime, drained(n)),
        "sleepersAborted" => inside(runtime, sleepers_aborted(n)),
        "sleepOneMilli" => inside(runtime, sleep_one_milli(n)),
        "abortOne" => inside(runtime, abort_one(n)),
        "million" => inside(runtime, million(n)),
        "fanOut" => inside(runtime, fan_out(n)),
        _ => panic!("unknown: {}", name),
    }
}

/// In a task, on a worker: not on the thread that measures.
fn inside<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, work: F) {
    runtime.block_on(runtime.spawn(work)).expect("the right result");
}

fn check(got: u64, expected: u64) {
    assert_eq!(got, expected);
}

fn sum_below(n: usize) -> u64 {
    (n as u64) * (n as u64 - 1) / 2
}

async fn spawn_one(n: usize) {
    let mut sum = 0;
    for _ in 0..n {
        sum += tokio::spawn(async { 1 }).await.unwrap();
    }
    check(sum, n as u64);
}

async fn spawn_ten(n: usize) {
    for _ in 0..n / 10 {
        spawn_many(10).await;
    }
}

async fn spawn_many(n: usize) {
    let handles: Vec<JoinHandle<u64>> = (0..n).map(|_| tokio::spawn(async { 1 })).collect();
    let mut sum = 0;
    for handle in handles {
        sum += handle.await.unwrap();
    }
    check(sum, n as u64);
}

fn spawn_many_from_outside(runtime: &Runtime, n: usize) {
    let handles: Vec<JoinHandle<u64>> = (0..n).map(|_| runtime.spawn(async { 1 })).collect();
    runtime.block_on(async move {
        let mut sum = 0;
        for handle in handles {
            sum += handle.await.unwrap();
        }
        check(sum, n as u64);
    });
}

fn spawn_many_busy(runtime: &Runtime, n: usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<JoinHandle<()>> = (0..2)
        .map(|_| {
            let stop = stop.clone();
            runtime.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    task::yield_now().await;
                }
            })
        })
        .collect();
    spawn_many_from_outside(runtime, n);
    stop.store(true, Ordering::Relaxed);
    for one in busy {
        runtime.block_on(one).unwrap();
    }
}

async fn chained_spawn(n: usize) {
    let (done, end) = oneshot::channel();
    link(n, done);
    end.await.unwrap();
}

fn link(left: usize, done: oneshot::Sender<()>) {
    if left == 0 {
        done.send(()).unwrap();
    } else {
        tokio::spawn(async move { link(left - 1, done) });
    }
}

async fn ping_pong(n: usize) {
    let pairs: Vec<JoinHandle<()>> = (0..n)
        .map(|_| {
            tokio::spawn(async {
                let (ping, pinged) = oneshot::channel();
                let (pong, ponged) = oneshot::channel();
                tokio::spawn(async move {
                    pinged.await.unwrap();
                    pong.send(()).unwrap();
                });
                ping.send(()).unwrap();
                ponged.await.unwrap();
            })
        })
        .collect();
    for pair in pairs {
        pair.await.unwrap();
    }
}

async fn yield_many(n: usize) {
    let tasks: Vec<JoinHandle<()>> = (0..200)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..n / 200 {
                    task::yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn spawn_blocking(n: usize) {
    let handles: Vec<JoinHandle<u64>> = (0..n).map(|_| task::spawn_blocking(|| 1)).collect();
    let mut sum = 0;
    for handle in handles {
        sum += handle.await.unwrap();
    }
    check(sum, n as u64);
}

async fn one_shot(n: usize) {
    let mut sum = 0;
    for _ in 0..n {
        let (sender, receiver) = oneshot::channel();
        sender.send(1).unwrap();
        sum += receiver.await.unwrap();
    }
    check(sum, n as u64);
}

async fn timers(n: usize) {
    let mut sum = 0;
    for _ in 0..n {
        tokio::select! {
            biased;
            _ = sleep(LONG) => panic!("too late"),
            one = ready(1) => sum += one,
        }
    }
    check(sum, n as u64);
}

async fn select_ready(n: usize) {
    let mut sum = 0;
    for _ in 0..n {
        tokio::select! {
            one = ready(1) => sum += one,
            other = ready(1) => sum += other,
        }
    }
    check(sum, n as u64);
}

async fn select_oneshots(n: usize) {
    let mut sum = 0;
    for _ in 0..n {
        let (sender, receiver) = oneshot::channel();
        let (_open, other) = oneshot::channel::<u64>();
        sender.send(1).unwrap();
        tokio::select! {
            one = receiver => sum += one.unwrap(),
            _ = other => panic!("nothing was sent"),
        }
    }
    check(sum, n as u64);
}

fn skynet(first: u64, size: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if size == 1 {
            return first;
        }
        let part = size / 10;
        let children: Vec<JoinHandle<u64>> =
            (0..10).map(|i| tokio::spawn(skynet(first + i * part, part))).collect();
        let mut sum = 0;
        for child in children.into_iter().rev() {
            sum += child.await.unwrap();
        }
        sum
    })
}

fn fib(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let one = tokio::spawn(fib(n - 1));
        let other = fib(n - 2).await;
        one.await.unwrap() + other
    })
}

async fn drained(n: usize) {
    let mut set = JoinSet::new();
    for _ in 0..n {
        set.spawn(async { 1 });
    }
    let mut sum = 0;
    while let Some(one) = set.join_next().await {
        sum += one.unwrap();
    }
    check(sum, n as u64);
}

async fn sleepers_aborted(n: usize) {
    let to_begin = Arc::new(AtomicUsize::new(n));
    let (sender, all_begun) = oneshot::channel();
    let sender = Arc::new(Mutex::new(Some(sender)));
    let handles: Vec<JoinHandle<()>> = (0..n)
        .map(|_| {
            let (to_begin, sender) = (to_begin.clone(), sender.clone());
            tokio::spawn(async move {
                if to_begin.fetch_sub(1, Ordering::AcqRel) == 1 {
                    sender.lock().unwrap().take().unwrap().send(1).unwrap();
                }
                sleep(LONG).await;
            })
        })
        .collect();
    check(all_begun.await.unwrap(), 1);
    for handle in &handles {
        handle.abort();
    }
    for handle in handles {
        assert!(handle.await.unwrap_err().is_cancelled());
    }
}

async fn sleep_one_milli(n: usize) {
    let handles: Vec<JoinHandle<()>> =
        (0..n).map(|_| tokio::spawn(sleep(Duration::from_millis(1)))).collect();
    for handle in handles {
        handle.await.unwrap();
    }
}

async fn abort_one(n: usize) {
    for _ in 0..n {
        let (sender, begun) = oneshot::channel();
        let sleeper = tokio::spawn(async move {
            sender.send(1).unwrap();
            sleep(LONG).await;
        });
        check(begun.await.unwrap(), 1);
        sleeper.abort();
        assert!(sleeper.await.unwrap_err().is_cancelled());
    }
}

/// They all sleep at the same time, whatever the machine.
async fn million(n: usize) {
    let handles: Vec<JoinHandle<()>> =
        (0..n).map(|_| tokio::spawn(sleep(Duration::from_secs(5)))).collect();
    for handle in handles {
        handle.await.unwrap();
    }
}

/// Requests one after the other: nine back ends answer, the tenth is aborted when they have.
async fn fan_out(n: usize) {
    for _ in 0..n {
        let slow = tokio::spawn(sleep(LONG));
        let quick: Vec<JoinHandle<u64>> = (0..9).map(|_| tokio::spawn(async { 1 })).collect();
        let sum = timeout(Duration::from_secs(1), async move {
            let mut sum = 0;
            for one in quick {
                sum += one.await.unwrap();
            }
            sum
        });
        check(sum.await.unwrap(), 9);
        slow.abort();
        assert!(slow.await.unwrap_err().is_cancelled());
    }
}
