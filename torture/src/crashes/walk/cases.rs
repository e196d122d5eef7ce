//! Which passes of which failpoints are tried, in which order.

use std::{collections::BTreeMap, fmt};

use baton::failpoint::Point;

use super::steps::Story;

/// A failpoint and the pass at which the process ends there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The failpoint's name.
    pub point: &'static str,
    /// Which time of coming by, from 1.
    pub pass: u64,
}

/// One process life that ends early, or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it plays.
    pub story: Story,
    /// Where it ends.
    pub at: At,
    /// Where its next life ends, too.
    pub again: Option<At>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} aborted at {}:{}", self.story, self.at.point, self.at.pass)?;
        match &self.again {
            Some(At { point, pass }) => write!(f, " and, started again, at {point}:{pass}"),
            None => Ok(()),
        }
    }
}

/// Every pass of every failpoint, by turns: first one pass of each, then the next.
pub fn all(reached: &BTreeMap<Story, &BTreeMap<String, u64>>) -> Vec<Case> {
    let mut of_points: Vec<_> = Point::ALL
        .iter()
        .map(|point| {
            let passes = reached.iter().flat_map(|(story, hits)| {
                let count = hits.get(point.name()).copied().unwrap_or(0);
                (1..=count).map(|pass| (*story, pass))
            });
            passes.map(|(story, pass)| Case {
                story,
                at: At { point: point.name(), pass },
                again: None,
            })
        })
        .collect();
    let mut cases = Vec::new();
    loop {
        let before = cases.len();
        cases.extend(of_points.iter_mut().filter_map(Iterator::next));
        if cases.len() == before {
            return cases;
        }
    }
}

/// The case of a seed: one after the other, and in every second round with a second crash, at a
/// point and pass that the seed chooses.
pub fn of_seed(cases: &[Case], seed: u64) -> Option<Case> {
    let count = cases.len() as u64;
    let mut case = cases.get(usize::try_from(seed.checked_rem(count)?).ok()?)?.clone();
    if (seed / count) % 2 == 1 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let point = chance.choice(Point::ALL)?.name();
        case.again = Some(At { point, pass: chance.u64(1..=3) });
    }
    Some(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_begins_with_one_pass_of_each_point_and_leaves_none_out() {
        let hits: BTreeMap<String, u64> =
            Point::ALL.iter().zip(1..).map(|(point, n)| (point.name().to_owned(), n)).collect();
        let reached = [(Story::Charge, &hits), (Story::People, &hits)].into();
        let cases = all(&reached);
        let points = Point::ALL.len();
        assert_eq!(cases.len() as u64, 2 * hits.values().sum::<u64>());
        let first: std::collections::BTreeSet<_> =
            cases.iter().take(points).map(|case| case.at.point).collect();
        assert_eq!(first.len(), points);
        let count = cases.len() as u64;
        assert_eq!(of_seed(&cases, 7), of_seed(&cases, 7 + 2 * count));
        assert_eq!(of_seed(&cases, 7).map(|case| case.again), Some(None));
        assert!(of_seed(&cases, 7 + count).is_some_and(|case| case.again.is_some()));
        assert_eq!(of_seed(&[], 7), None);
    }
}
