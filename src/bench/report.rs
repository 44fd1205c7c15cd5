//! How figures are shown: what was measured, what it is measured against, and the target.

use std::fmt::Display;
use std::fmt::Formatter;
use std::time::Duration;

/// Something measured, with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// How many times another.
    Ratio(f64),
    /// So many within a second.
    PerSecond(f64),
    /// A span of time.
    Time(Duration),
    /// Memory or disk.
    Bytes(u64),
}

impl Amount {
    /// The share of one span of time in another.
    pub fn ratio_of(one: Duration, other: Duration) -> Self {
        Self::Ratio(one.as_secs_f64() / other.as_secs_f64())
    }

    /// For comparing amounts of the same unit.
    fn number(self) -> f64 {
        match self {
            Self::Ratio(number) | Self::PerSecond(number) => number,
            Self::Time(time) => time.as_secs_f64(),
            #[expect(
                clippy::cast_precision_loss,
                reason = "nothing here has thousands of terabytes"
            )]
            Self::Bytes(bytes) => bytes as f64,
        }
    }
}

impl Display for Amount {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Ratio(ratio) => format!("{ratio:.2}"),
            Self::PerSecond(rate) => format!("{rate:.0}/s"),
            Self::Time(time) if time.as_millis() < 1 => format!("{} us", time.as_micros()),
            Self::Time(time) => format!("{:.1} ms", time.as_secs_f64() * 1_000.0),
            Self::Bytes(bytes) if *bytes < 1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
            Self::Bytes(bytes) => format!("{} MB", bytes.div_ceil(1_000_000)),
        };
        f.pad(&text)
    }
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Not less.
    AtLeast(Amount),
    /// Not more.
    AtMost(Amount),
}

impl Target {
    fn is_met_by(self, amount: Amount) -> bool {
        match self {
            Self::AtLeast(least) => amount.number() >= least.number(),
            Self::AtMost(most) => amount.number() <= most.number(),
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::AtLeast(least) => format!(">= {least}"),
            Self::AtMost(most) => format!("<= {most}"),
        };
        f.pad(&text)
    }
}

/// One line of the report.
#[derive(Debug)]
pub struct Figure {
    what: String,
    measured: String,
    against: String,
    judged: Option<(Amount, Target)>,
}

impl Figure {
    /// Something measured.
    pub fn new(what: impl Into<String>, measured: impl Display) -> Self {
        Self {
            what: what.into(),
            measured: measured.to_string(),
            against: String::new(),
            judged: None,
        }
    }

    /// What it is measured against.
    pub fn against(mut self, yardstick: &str, amount: impl Display) -> Self {
        self.against = format!("{yardstick} {amount}");
        self
    }

    /// What it should be.
    pub fn held(mut self, amount: Amount, target: Target) -> Self {
        self.judged = Some((amount, target));
        self
    }

    /// The line.
    pub fn line(&self) -> String {
        let (amount, target, verdict) = match self.judged {
            Some((amount, target)) => (
                amount.to_string(),
                target.to_string(),
                if target.is_met_by(amount) {
                    "met"
                } else {
                    "MISSED"
                },
            ),
            None => Default::default(),
        };
        row(
            &self.what,
            &self.measured,
            &self.against,
            &amount,
            &target,
            verdict,
        )
    }
}

/// The line above all others.
pub fn head() -> String {
    row("", "measured", "against", "figure", "target", "")
}

fn row(
    what: &str,
    measured: &str,
    against: &str,
    figure: &str,
    target: &str,
    verdict: &str,
) -> String {
    let line =
        format!("{what:<48} {measured:>18}  {against:<26} {figure:>9} {target:>11} {verdict}");
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_the_target_is_met() {
        let line = |figure: Amount, target| Figure::new("it", figure).held(figure, target).line();
        let half = Target::AtLeast(Amount::Ratio(0.5));
        assert!(line(Amount::Ratio(0.5), half).ends_with(">= 0.50 met"));
        assert!(line(Amount::Ratio(0.49), half).ends_with(">= 0.50 MISSED"));
        let brief = Target::AtMost(Amount::Time(Duration::from_millis(2)));
        let micros = |micros| Amount::Time(Duration::from_micros(micros));
        assert!(line(micros(2_000), brief).ends_with("<= 2.0 ms met"));
        assert!(line(micros(2_001), brief).ends_with("<= 2.0 ms MISSED"));
        assert!(line(micros(999), brief).contains("999 us"));
    }
}
