//! A disk that fails on demand, and loses power as real disks do: what was not synced is there in
//! part, in any order, and the write that was under way is torn.

use std::io::Error;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use ::redb::StorageBackend;

use crate::base::random::Random;
use crate::store::kv::disk::Disk;

/// The unit in which a disk writes all or nothing.
const SECTOR_BYTES: usize = 512;

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct FaultyDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What reading shows.
    shown: Vec<u8>,
    /// What a loss of power leaves for certain.
    durable: Vec<u8>,
    /// What happened since the last sync that succeeded.
    unsynced: Vec<Operation>,
    /// Syncs that will succeed, and those that will fail after them.
    syncs: (usize, usize),
    /// Operations that succeed before the next one fails in the middle.
    operations_left: Option<usize>,
    /// Whether writing fails for lack of room.
    full: bool,
    /// What the system says is free; none is plenty.
    free_bytes: Option<u64>,
    /// Whether everything fails.
    dead: bool,
    /// How often it was opened.
    openings: usize,
}

#[derive(Debug, Clone)]
enum Operation {
    Resize(usize),
    Write { offset: usize, data: Vec<u8> },
}

impl Operation {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Self::Resize(length) => image.resize(*length, 0),
            Self::Write { offset, data } => {
                let end = offset + data.len();
                if image.len() < end {
                    image.resize(end, 0);
                }
                image[*offset..end].copy_from_slice(data);
            }
        }
    }
}

impl FaultyDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `times` syncs fail after `good` more that succeed. As on a real system, what they should
    /// have saved is then shown as if it had been.
    pub fn fail_syncs(&self, good: usize, times: usize) {
        self.state().syncs = (good, times);
    }

    /// Makes writing fail for lack of room, or work again.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    /// Makes the system say how much room is left.
    pub fn set_free_bytes(&self, free: Option<u64>) {
        self.state().free_bytes = free;
    }

    /// Makes everything fail after so many more writes and syncs, as when power goes.
    pub fn die_after(&self, operations: usize) {
        self.state().operations_left = Some(operations);
    }

    /// How often it was opened.
    pub fn openings(&self) -> usize {
        self.state().openings
    }

    /// The disk after a loss of power: what was synced, some of what was not, and a torn write.
    pub fn after_power_cut(&self, random: &Random) -> Self {
        let state = self.state();
        let mut image = state.durable.clone();
        for operation in &state.unsynced {
            match (operation, random.below(3)) {
                (Operation::Resize(_), _) | (_, 0) => operation.apply(&mut image),
                (Operation::Write { offset, data }, 1) => {
                    let sectors = (data.len() / SECTOR_BYTES) as u64;
                    let kept = usize::try_from(random.below(sectors + 1)).unwrap_or(0);
                    let data = data[..kept * SECTOR_BYTES].to_vec();
                    Operation::Write {
                        offset: *offset,
                        data,
                    }
                    .apply(&mut image);
                }
                _ => {}
            }
        }
        Self(Arc::new(Mutex::new(State {
            shown: image.clone(),
            durable: image,
            ..State::default()
        })))
    }
}

impl State {
    fn ensure_alive(&self) -> Result<(), Error> {
        if self.dead {
            return Err(Error::other("the disk is gone"));
        }
        Ok(())
    }

    /// Counts down to the end of the disk; whether this is the last operation, cut in the middle.
    fn is_last(&mut self) -> bool {
        if let Some(left) = &mut self.operations_left {
            if *left == 0 {
                self.dead = true;
                return true;
            }
            *left -= 1;
        }
        false
    }

    fn sync_fails(&mut self) -> bool {
        let (good, failing) = self.syncs;
        self.syncs = (
            good.saturating_sub(1),
            failing - usize::from(good == 0 && failing > 0),
        );
        good == 0 && failing > 0
    }

    fn change(&mut self, operation: Operation) -> Result<(), Error> {
        self.ensure_alive()?;
        if self.full {
            return Err(ErrorKind::StorageFull.into());
        }
        let last = self.is_last();
        operation.apply(&mut self.shown);
        self.unsynced.push(operation);
        if last {
            return Err(Error::other("the power went"));
        }
        Ok(())
    }
}

impl Disk for FaultyDisk {
    fn open(&self) -> Result<Box<dyn StorageBackend>, Error> {
        let mut state = self.state();
        state.ensure_alive()?;
        state.openings += 1;
        Ok(Box::new(self.clone()))
    }

    fn free_bytes(&self) -> Result<u64, Error> {
        Ok(self.state().free_bytes.unwrap_or(u64::MAX))
    }
}

impl StorageBackend for FaultyDisk {
    fn len(&self) -> Result<u64, Error> {
        let state = self.state();
        state.ensure_alive()?;
        Ok(state.shown.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let state = self.state();
        state.ensure_alive()?;
        let start = usize::try_from(offset).map_err(Error::other)?;
        let bytes = state
            .shown
            .get(start..start + out.len())
            .ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let length = usize::try_from(len).map_err(Error::other)?;
        self.state().change(Operation::Resize(length))
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.state();
        state.ensure_alive()?;
        if state.is_last() {
            return Err(Error::other("the power went"));
        }
        if state.sync_fails() {
            // The system counts these pages as written: no later sync brings them to the disk.
            state.unsynced.clear();
            return Err(Error::other("the sync failed"));
        }
        for operation in std::mem::take(&mut state.unsynced) {
            operation.apply(&mut state.durable);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let offset = usize::try_from(offset).map_err(Error::other)?;
        self.state().change(Operation::Write {
            offset,
            data: data.to_vec(),
        })
    }
}
