//! The bare database: the same rows, the same number of writers waiting, the same group commit,
//! and nothing else.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ::redb::Database;
use ::redb::Durability;
use ::redb::TableDefinition;
use futures_util::future::try_join_all;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::bench::BenchError;
use crate::bench::record::Rows;

/// As many changes share a commit as in the store.
const ROUND_MAX: usize = 512;
/// Its page cache: four times ours, for it should show what it can do.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// A message to be written, and who waits for it.
struct Waiting {
    number: usize,
    caller: oneshot::Sender<()>,
}

/// Writes all messages, so many waiting at a time; how many a second.
pub async fn rate(
    file: &Path,
    messages: &Arc<Vec<Rows>>,
    outstanding: usize,
) -> Result<f64, BenchError> {
    let database = Database::builder()
        .set_cache_size(CACHE_BYTES)
        .create(file)
        .map_err(BenchError::while_doing("making a database"))?;
    let (inbox, queue) = mpsc::channel(outstanding);
    let rows = messages.clone();
    let writer = std::thread::spawn(move || write_all(&database, &rows, queue));
    let began = Instant::now();
    let callers = (0..outstanding).map(|first| {
        let inbox = inbox.clone();
        async move {
            for number in (first..messages.len()).step_by(outstanding) {
                let (caller, answer) = oneshot::channel();
                let waiting = Waiting { number, caller };
                inbox.send(waiting).await.map_err(|_| gone())?;
                answer.await.map_err(|_| gone())?;
            }
            Ok::<_, BenchError>(())
        }
    });
    let done = try_join_all(callers).await;
    let took = began.elapsed();
    drop(inbox);
    match writer.join() {
        Ok(Ok(())) => done?,
        Ok(Err(error)) => return Err(BenchError::new(format!("writing bare rows: {error}"))),
        Err(_) => return Err(gone()),
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "far fewer messages than that matters for"
    )]
    let rate = messages.len() as f64 / took.as_secs_f64();
    Ok(rate)
}

fn gone() -> BenchError {
    BenchError::new("the bare database's writer broke")
}

fn write_all(
    database: &Database,
    messages: &[Rows],
    mut queue: mpsc::Receiver<Waiting>,
) -> Result<(), ::redb::Error> {
    while let Some(first) = queue.blocking_recv() {
        let mut round = vec![first];
        while round.len() < ROUND_MAX
            && let Ok(next) = queue.try_recv()
        {
            round.push(next);
        }
        commit(
            database,
            round.iter().map(|waiting| &messages[waiting.number]),
        )?;
        for waiting in round {
            waiting.caller.send(()).unwrap_or_default();
        }
    }
    Ok(())
}

fn commit<'r>(
    database: &Database,
    messages: impl Iterator<Item = &'r Rows>,
) -> Result<(), ::redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    transaction.set_durability(Durability::Immediate)?;
    {
        let mut tables = std::collections::HashMap::new();
        for ((keyspace, key), value) in messages.flatten() {
            if !tables.contains_key(keyspace) {
                tables.insert(
                    *keyspace,
                    transaction.open_table(Definition::new(keyspace))?,
                );
            }
            let Some(table) = tables.get_mut(keyspace) else {
                continue;
            };
            match value {
                Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                None => drop(table.remove(key.as_slice())?),
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
