//! Five tasks in two ways of Rust to run many of them: rayon and tokio.
//!
//! usage: tasks SYSTEM TASK MILLISECONDS AMOUNT WANT WORKERS...
//!
//! Prints for every number of workers a line with that number, how many tasks ran and the
//! nanoseconds that they took together. AMOUNT is how much a task does, WANT what each must
//! return.
use rayon::prelude::*;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::exit;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

// The waits inside mixed and of the echo server; the programs in other languages have the
// same.
const MIXED_WAIT: Duration = Duration::from_millis(2);
const ECHO_WAIT: Duration = Duration::from_millis(1);

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    exit(1)
}

fn fnv(steps: usize) -> usize {
    let mut h: u32 = 2166136261;
    for i in 0..black_box(steps) {
        h = (h ^ (i as u32 & 255)).wrapping_mul(16777619);
    }
    h as usize
}

fn sieve(composite: &mut [bool]) -> usize {
    composite.fill(false);
    let mut primes = 0;
    for p in 2..composite.len() {
        if composite[p] {
            continue;
        }
        primes += 1;
        let mut q = p * p;
        while q < composite.len() {
            composite[q] = true;
            q += p;
        }
    }
    primes
}

/// Keeps what a task needs for a while and another may have next.
struct Shelf<T>(Mutex<Vec<T>>);

impl<T> Shelf<T> {
    fn new() -> Self {
        Shelf(Mutex::new(Vec::new()))
    }
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap().pop()
    }
    fn give(&self, one: T) {
        self.0.lock().unwrap().push(one)
    }
}

/// What both systems have.
struct Job {
    task: String,
    amount: usize,
    want: usize,
    arrays: Shelf<Vec<bool>>,
}

impl Job {
    fn sieve(&self) -> usize {
        let mut mine = self.arrays.take().unwrap_or_else(|| vec![false; self.amount]);
        let primes = sieve(&mut mine);
        self.arrays.give(mine);
        primes
    }

    fn check(&self, got: usize) {
        if got != self.want {
            fail(&format!("wrong result {got}, want {}", self.want))
        }
    }
}

/// Finds how many tasks take the time and prints the run of so many.
fn pace(workers: usize, time: Duration, mut run: impl FnMut(usize)) {
    let mut n = 2 * workers;
    run(n); // starts the workers
    loop {
        let start = Instant::now();
        run(n);
        let took = start.elapsed();
        if took >= time / 2 {
            println!("{workers} {n} {}", took.as_nanos());
            return;
        }
        let aimed = n as f64 * time.as_secs_f64() / took.as_secs_f64().max(1e-9);
        n = (16 * n).min((2 * n).max(aimed as usize));
        n = n.div_ceil(workers) * workers; // no last wave that is half full
    }
}

/// Sends every message back after a delay, with a thread for each connection.
fn serve(amount: usize) -> std::io::Result<SocketAddr> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let address = server.local_addr()?;
    thread::spawn(move || {
        for client in server.incoming() {
            let Ok(mut client) = client else { return };
            thread::spawn(move || {
                let _ = client.set_nodelay(true);
                let mut message = vec![0; amount];
                while client.read_exact(&mut message).is_ok() {
                    thread::sleep(ECHO_WAIT);
                    if client.write_all(&message).is_err() {
                        return;
                    }
                }
            });
        }
    });
    Ok(address)
}

fn rayon_system(job: &Job, time: Duration, levels: &[usize]) -> std::io::Result<()> {
    let address = serve(job.amount)?;
    let connections = Shelf::new();
    let echo = || -> std::io::Result<usize> {
        let sent = vec![7; job.amount];
        let mut got = vec![0; job.amount];
        let mut stream = match connections.take() {
            Some(stream) => stream,
            None => TcpStream::connect(address)?,
        };
        stream.set_nodelay(true)?;
        stream.write_all(&sent)?;
        stream.read_exact(&mut got)?;
        connections.give(stream);
        Ok(if got == sent { job.amount } else { 0 })
    };
    let perform = || match job.task.as_str() {
        "hash" => fnv(job.amount),
        "sieve" => job.sieve(),
        "mixed" => {
            let h = fnv(job.amount);
            thread::sleep(MIXED_WAIT);
            h
        }
        "sleep" => {
            thread::sleep(Duration::from_millis(job.amount as u64));
            job.amount
        }
        "echo" => echo().unwrap_or_else(|err| fail(&format!("echo: {err}"))),
        other => fail(&format!("there is no task {other}")),
    };
    for &workers in levels {
        let pool = match rayon::ThreadPoolBuilder::new().num_threads(workers).build() {
            Ok(pool) => pool,
            Err(err) => fail(&format!("{workers} threads: {err}")),
        };
        pace(workers, time, |n| {
            pool.install(|| (0..n).into_par_iter().with_max_len(1).for_each(|_| job.check(perform())))
        });
    }
    Ok(())
}

/// The server on the runtime of the tasks.
async fn serve_async(amount: usize) -> std::io::Result<SocketAddr> {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = server.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut client, _)) = server.accept().await {
            tokio::spawn(async move {
                let _ = client.set_nodelay(true);
                let mut message = vec![0; amount];
                while client.read_exact(&mut message).await.is_ok() {
                    tokio::time::sleep(ECHO_WAIT).await;
                    if client.write_all(&message).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    Ok(address)
}

async fn echo_async(job: &Job, address: SocketAddr, connections: &Shelf<tokio::net::TcpStream>) -> std::io::Result<usize> {
    let sent = vec![7; job.amount];
    let mut got = vec![0; job.amount];
    let mut stream = match connections.take() {
        Some(stream) => stream,
        None => tokio::net::TcpStream::connect(address).await?,
    };
    stream.set_nodelay(true)?;
    stream.write_all(&sent).await?;
    stream.read_exact(&mut got).await?;
    connections.give(stream);
    Ok(if got == sent { job.amount } else { 0 })
}

async fn perform_async(job: &Job, address: SocketAddr, connections: &Shelf<tokio::net::TcpStream>) -> usize {
    match job.task.as_str() {
        "hash" => fnv(job.amount),
        "sieve" => job.sieve(),
        "mixed" => {
            let h = fnv(job.amount);
            tokio::time::sleep(MIXED_WAIT).await;
            h
        }
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(job.amount as u64)).await;
            job.amount
        }
        "echo" => match echo_async(job, address, connections).await {
            Ok(n) => n,
            Err(err) => fail(&format!("echo: {err}")),
        },
        other => fail(&format!("there is no task {other}")),
    }
}

/// A runtime with a thread for each core, and as many tasks at once as there are workers.
fn tokio_system(job: Job, time: Duration, levels: &[usize]) -> std::io::Result<()> {
    let cores = thread::available_parallelism()?.get();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores).enable_all().build()?;
    let address = runtime.block_on(serve_async(job.amount))?;
    let shared = Arc::new((job, Shelf::new()));
    for &workers in levels {
        let room = Arc::new(tokio::sync::Semaphore::new(workers));
        pace(workers, time, |n| {
            let (shared, room) = (shared.clone(), room.clone());
            let all = runtime.spawn(async move {
                let mut tasks = Vec::with_capacity(n);
                for _ in 0..n {
                    let place = room.clone().acquire_owned().await.expect("the semaphore is never closed");
                    let shared = shared.clone();
                    tasks.push(tokio::spawn(async move {
                        shared.0.check(perform_async(&shared.0, address, &shared.1).await);
                        drop(place);
                    }));
                }
                for task in tasks {
                    if let Err(err) = task.await {
                        fail(&format!("a task: {err}"))
                    }
                }
            });
            if let Err(err) = runtime.block_on(all) {
                fail(&format!("the tasks: {err}"))
            }
        });
    }
    Ok(())
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |text: &String| text.parse::<usize>().unwrap_or_else(|_| fail(&format!("{text:?} is not a number")));
    if args.len() < 7 {
        fail("usage: tasks rayon|tokio TASK MILLISECONDS AMOUNT WANT WORKERS...")
    }
    let time = Duration::from_millis(number(&args[3]) as u64);
    let levels: Vec<usize> = args[6..].iter().map(number).collect();
    let job = Job { task: args[2].clone(), amount: number(&args[4]), want: number(&args[5]), arrays: Shelf::new() };
    let done = match args[1].as_str() {
        "rayon" => rayon_system(&job, time, &levels),
        "tokio" => tokio_system(job, time, &levels),
        other => fail(&format!("there is no system {other}")),
    };
    if let Err(err) = done {
        fail(&err.to_string())
    }
    exit(0) // the echo server has threads that end with the process
}
