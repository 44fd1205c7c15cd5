//! One task for each channel that must be looked after for as long as it is in service.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::task::JoinSet;

use crate::engine::context::Context;
use crate::engine::workers::Stop;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::store::StoreError;
use crate::store::keyspaces::CHANNELS;
use crate::store::records::channels;

/// How often channels are looked at when nothing else wakes the loop.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Begins a task for each channel that `needs` one and has none, until told to stop. A task ends by
/// itself when its channel goes out of service; all end with this.
pub async fn tend<T>(
    context: Context,
    mut stop: Stop,
    needs: fn(&Context, &Channel) -> bool,
    task: impl Fn(Context, Channel) -> T,
) where
    T: Future<Output = ()> + Send + 'static,
{
    let mut word = context.store.word_of(&[CHANNELS.name()]);
    let mut tasks = JoinSet::new();
    let mut tended: BTreeMap<ChannelId, AbortHandle> = BTreeMap::new();
    loop {
        tended.retain(|_, task| !task.is_finished());
        match untended(&context, &tended, needs) {
            Ok(channels) => {
                for channel in channels {
                    let id = channel.id;
                    tended.insert(id, tasks.spawn(task(context.clone(), channel)));
                }
            }
            Err(error) => tracing::error!("looking for channels to look after failed: {error}"),
        }
        let look_again = context.clock.now().plus(LOOK_EVERY);
        tokio::select! {
            () = stop.asked() => return,
            Some(_) = tasks.join_next() => {}
            heard = word.changed() => if heard.is_err() { return },
            () = context.clock.until(look_again) => {}
        }
    }
}

fn untended(
    context: &Context,
    tended: &BTreeMap<ChannelId, AbortHandle>,
    needs: fn(&Context, &Channel) -> bool,
) -> Result<Vec<Channel>, StoreError> {
    let mut channels = channels::list(&context.store.snapshot()?)?;
    channels.retain(|channel| !tended.contains_key(&channel.id) && needs(context, channel));
    Ok(channels)
}
