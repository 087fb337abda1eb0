//! The threads that a server runs on.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};

/// Workers for each processor. With one for each, what a member says would wait for its turn behind
/// whatever other connections' tasks do; so there is usually a worker that sleeps, and the system,
/// which shares processors out fairly, wakes it at once.
const WORKERS_EACH: usize = 4;

/// Workers at most; where there are as many processors, none waits long.
const MOST_WORKERS: usize = 16;

/// What a server runs on: more workers than processors where these are few. The name is its
/// threads'.
///
/// # Errors
/// When the system has no room for its threads or its descriptors.
pub fn runtime(name: &str) -> io::Result<Runtime> {
    let processors = available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = (processors * WORKERS_EACH).min(MOST_WORKERS).max(processors);
    Builder::new_multi_thread().worker_threads(workers).thread_name(name).enable_all().build()
}
