//! How often machines may write to one address, so that two of them do not answer each other for
//! ever.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::model::contact::MachineWords;

/// How long words count.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The most that machines say to one address within a day.
const DAY_MAX: usize = 20;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Why a machine has to be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It said enough within the hour.
    Hour,
    /// It said enough within the day.
    Day,
    /// It said the same within the day.
    Same,
}

/// Whether a machine may say something now; what is kept of what it said, with that.
///
/// # Errors
/// [`Silence`].
pub fn may_say(
    said: &[MachineWords],
    words: [u8; 8],
    hour_max: u32,
    now: Timestamp,
) -> Result<Vec<MachineWords>, Silence> {
    let mut recent: Vec<MachineWords> = said.to_vec();
    recent.retain(|one| now.since(one.at) < DAY);
    if recent.iter().any(|one| one.words == words) {
        return Err(Silence::Same);
    }
    let in_hour = recent.iter().filter(|one| now.since(one.at) < HOUR).count();
    if in_hour >= usize::try_from(hour_max).unwrap_or(usize::MAX) {
        return Err(Silence::Hour);
    }
    if recent.len() >= DAY_MAX {
        return Err(Silence::Day);
    }
    recent.push(MachineWords { at: now, words });
    Ok(recent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_fall_silent_by_the_hour_by_the_day_and_before_they_repeat_themselves() {
        let said = |count: u8, every: i64| -> Vec<MachineWords> {
            let all = (0..count).map(|number| MachineWords {
                at: Timestamp::from_secs(i64::from(number) * every),
                words: [number; 8],
            });
            all.collect()
        };
        let cases = [
            (said(4, 60), 300, 5, Ok(5)),
            (said(5, 60), 300, 5, Err(Silence::Hour)),
            (said(5, 60), 3_600, 5, Ok(6)),
            (said(0, 60), 0, 0, Err(Silence::Hour)),
            (said(20, 3_600), 80_000, 5, Err(Silence::Day)),
            (said(20, 3_600), 86_400, 5, Ok(20)),
        ];
        for (said, now, hour_max, expected) in cases {
            let found = may_say(&said, [99; 8], hour_max, Timestamp::from_secs(now));
            assert_eq!(found.map(|kept| kept.len()), expected, "{now} {hour_max}");
        }
        let same = may_say(&said(1, 1), [0; 8], 5, Timestamp::from_secs(80_000));
        assert_eq!(same, Err(Silence::Same));
    }
}
