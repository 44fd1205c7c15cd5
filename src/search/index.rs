//! The index on disk: opening it, changing it, committing it together with its place in the log.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde::Serialize;
use tantivy::Index;
use tantivy::IndexReader;
use tantivy::IndexWriter;
use tantivy::ReloadPolicy;
use tantivy::Term;
use tantivy::indexer::IndexWriterOptions;

use crate::model::ids::ConversationId;
use crate::search::documents::Doc;
use crate::search::documents::halves;
use crate::search::error::SearchError;
use crate::search::facts::Fact;
use crate::search::facts::Key;
use crate::search::generation::Generation;
use crate::search::schema;
use crate::search::schema::Fields;

/// The file by which the index knows itself; without it there is none.
const META: &str = "meta.json";

/// How the index uses the machine.
#[derive(Debug, Clone)]
pub struct SearchConfig {
    /// Memory for documents not yet written, in bytes: at least 15 million. It is taken while
    /// documents wait and given back with each commit.
    pub writer_heap_bytes: usize,
}

impl Default for SearchConfig {
    fn default() -> Self {
        Self {
            writer_heap_bytes: 20_000_000,
        }
    }
}

/// One change to what can be found.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A document that was never in the index. Cheaper than [`Put`](Self::Put); a second one of
    /// the same name would be found twice.
    Add(Doc),
    /// A document that takes the place of the one of its name, if there is one.
    Put(Doc),
    /// A document that is no more.
    Remove(Key),
    /// A conversation that is no more, with all its messages.
    RemoveConversation(ConversationId),
}

/// The index. Reading and writing go side by side; all methods take `&self`.
pub struct Search {
    folder: PathBuf,
    config: SearchConfig,
    fields: Fields,
    opened: RwLock<Opened>,
    /// Held for as long as something is written.
    writing: Mutex<Option<IndexWriter>>,
    /// The position of what was applied, committed or not.
    applied: AtomicU64,
    /// No document applied since the index was made has an id whose first half is higher.
    highest: AtomicU64,
}

/// The open index. Another takes its place when the folder was lost.
struct Opened {
    index: Index,
    reader: IndexReader,
    generation: Arc<Generation>,
    /// The position of the last commit.
    committed: u64,
}

/// What is written with each commit.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    schema: u32,
    position: u64,
}

impl Search {
    /// Opens the index in a folder. One that is missing, damaged or of another schema is made
    /// anew, empty and at position 0: whoever feeds it starts from the beginning.
    ///
    /// # Errors
    /// [`SearchError`]: the folder cannot be written.
    pub fn open(folder: &Path, config: SearchConfig) -> Result<Self, SearchError> {
        let (_, fields) = schema::schema();
        let opened = open_or_create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            config,
            fields,
            applied: AtomicU64::new(opened.committed),
            highest: AtomicU64::new(opened.generation.highest_id()),
            opened: RwLock::new(opened),
            writing: Mutex::default(),
        })
    }

    /// The position in the log up to which everything can be found.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.read().committed
    }

    /// The position up to which changes were applied, committed or not.
    #[must_use]
    pub fn applied(&self) -> u64 {
        self.applied.load(Ordering::Acquire)
    }

    /// How many documents can be found.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.generation().searcher.num_docs()
    }

    /// Whether the folder still holds the index.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.folder.join(META).exists()
    }

    /// Applies changes, which brings the index to a position. They are found after the next
    /// [`commit`](Self::commit).
    ///
    /// # Errors
    /// [`SearchError`]: the index cannot be written. Everything since the last commit is
    /// forgotten: start again from [`position`](Self::position).
    pub fn apply(&self, changes: Vec<Change>, position: u64) -> Result<(), SearchError> {
        let result = self.with_writer("indexing", |writer| {
            for change in changes {
                self.apply_one(writer, change)?;
            }
            Ok(())
        });
        if result.is_ok() {
            self.applied.store(position, Ordering::Release);
        }
        result
    }

    /// Makes what was applied durable and findable.
    ///
    /// # Errors
    /// [`SearchError`]: as for [`apply`](Self::apply).
    pub fn commit(&self) -> Result<(), SearchError> {
        let position = self.applied();
        self.with_writer("committing", |writer| commit_at(writer, position))?;
        self.reload(position)
    }

    /// Empties the index and brings it to position 0, in a folder that may be gone.
    ///
    /// # Errors
    /// [`SearchError`]: the folder cannot be written.
    pub fn recreate(&self) -> Result<(), SearchError> {
        let mut writing = self.lock_writer();
        // The old writer holds the lock of the folder.
        *writing = None;
        let fresh = create(&self.folder)?;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.applied.store(0, Ordering::Release);
        self.highest.store(0, Ordering::Release);
        Ok(())
    }

    /// Frees what writing holds, in a quiet hour. The next change takes it again.
    ///
    /// # Errors
    /// [`SearchError`]: a merge of segments failed; what was committed stays.
    pub fn rest(&self) -> Result<(), SearchError> {
        match self.lock_writer().take() {
            Some(writer) => writer
                .wait_merging_threads()
                .map_err(|source| SearchError::index("resting", source)),
            None => Ok(()),
        }
    }

    pub(super) fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.read().generation)
    }

    pub(super) const fn fields(&self) -> &Fields {
        &self.fields
    }

    fn apply_one(&self, writer: &IndexWriter, change: Change) -> tantivy::Result<()> {
        let delete = |fact: Fact<'_>| {
            writer.delete_term(Term::from_field_bytes(self.fields.facts, &fact.term()));
        };
        match change {
            Change::Add(doc) => {
                self.is_new(doc.key());
                writer.add_document(doc.to_index(&self.fields))?;
            }
            Change::Put(doc) => {
                if !self.is_new(doc.key()) {
                    delete(Fact::Is(doc.key()));
                }
                writer.add_document(doc.to_index(&self.fields))?;
            }
            Change::Remove(key) => delete(Fact::Is(key)),
            Change::RemoveConversation(id) => delete(Fact::Conversation(id)),
        }
        Ok(())
    }

    /// Whether a document cannot be in the index, because its id is later than any in it. Most
    /// are: ids rise with time. It spares looking for what there is to delete in each segment.
    fn is_new(&self, key: Key) -> bool {
        let (high, _) = halves(key.id_bytes());
        self.highest.fetch_max(high, Ordering::AcqRel) < high
    }

    /// Runs something with the writer, made when there is none. After a failure it is dropped, and
    /// with it all that was not committed.
    fn with_writer<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>,
    ) -> Result<T, SearchError> {
        let mut writing = self.lock_writer();
        let result = match writing.as_mut() {
            Some(writer) => work(writer),
            None => self
                .new_writer()
                .and_then(|writer| work(writing.insert(writer))),
        };
        result.map_err(|source| {
            *writing = None;
            self.applied.store(self.position(), Ordering::Release);
            SearchError::index(doing, source)
        })
    }

    fn new_writer(&self) -> tantivy::Result<IndexWriter> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(self.config.writer_heap_bytes)
            .build();
        self.read().index.writer_with_options(options)
    }

    fn reload(&self, position: u64) -> Result<(), SearchError> {
        let (reader, before) = {
            let opened = self.read();
            (opened.reader.clone(), Arc::clone(&opened.generation))
        };
        let fresh = reader
            .reload()
            .and_then(|()| Generation::new(reader.searcher(), Some(&before)))
            .map_err(|source| SearchError::index("reading a commit", source))?;
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        opened.generation = Arc::new(fresh);
        opened.committed = position;
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Opened> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_writer(&self) -> std::sync::MutexGuard<'_, Option<IndexWriter>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("folder", &self.folder)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

fn open_or_create(folder: &Path) -> Result<Opened, SearchError> {
    match open_existing(folder) {
        Ok(Some(opened)) => Ok(opened),
        Ok(None) => create(folder),
        Err(damage) => {
            tracing::warn!(error = %damage, "the search index cannot be read and is built again");
            create(folder)
        }
    }
}

/// Opens what is in the folder; none when that is no index of this schema.
fn open_existing(folder: &Path) -> tantivy::Result<Option<Opened>> {
    if !folder.join(META).exists() {
        return Ok(None);
    }
    let mut index = Index::open_in_dir(folder)?;
    index.set_tokenizers(schema::tokenizers());
    let payload = index
        .load_metas()?
        .payload
        .and_then(|text| serde_json::from_str::<Payload>(&text).ok())
        .filter(|payload| payload.schema == schema::SCHEMA);
    let (expected, _) = schema::schema();
    match payload {
        Some(payload) if index.schema() == expected => read(index, payload.position).map(Some),
        _ => Ok(None),
    }
}

fn create(folder: &Path) -> Result<Opened, SearchError> {
    let unusable = |source| SearchError::Folder {
        folder: folder.to_owned(),
        source,
    };
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unusable(error)),
        _ => std::fs::create_dir_all(folder).map_err(unusable)?,
    }
    create_index(folder).map_err(|source| SearchError::index("making a new index", source))
}

fn create_index(folder: &Path) -> tantivy::Result<Opened> {
    let (schema, _) = schema::schema();
    let index = Index::builder()
        .schema(schema)
        .settings(schema::settings())
        .tokenizers(schema::tokenizers())
        .create_in_dir(folder)?;
    // The first commit names the schema, so that an empty index is not taken for a foreign one.
    let mut writer: IndexWriter =
        index.writer_with_options(IndexWriterOptions::builder().num_merge_threads(1).build())?;
    commit_at(&mut writer, 0)?;
    drop(writer);
    read(index, 0)
}

fn commit_at(writer: &mut IndexWriter, position: u64) -> tantivy::Result<()> {
    let payload = Payload {
        schema: schema::SCHEMA,
        position,
    };
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&serde_json::to_string(&payload)?);
    prepared.commit()?;
    Ok(())
}

fn read(index: Index, committed: u64) -> tantivy::Result<Opened> {
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .doc_store_cache_num_blocks(1)
        .try_into()?;
    let generation = Arc::new(Generation::new(reader.searcher(), None)?);
    Ok(Opened {
        index,
        reader,
        generation,
        committed,
    })
}
