//! The long run: trials one after the other, and a table at the end.

use std::{
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{
    Group, Plan, Programs, TRIALS, Tally, Trial,
    progress::{Line, Progress},
    tally::Repeat,
};

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where chance begins.
    pub seed: u64,
    /// Groups or names of trials; empty for all.
    pub only: Vec<String>,
    /// What the long counts are multiplied by.
    pub scale: f64,
    /// So many of each instead.
    pub trials: Option<u64>,
}

impl Wanted {
    fn wants(&self, trial: &Trial) -> bool {
        let named = |name: &String| *name == trial.name || *name == group_name(trial.group);
        self.only.is_empty() || self.only.iter().any(named)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of trials times a factor given by hand"
    )]
    fn count(&self, trial: &Trial) -> u64 {
        let scaled = (trial.long as f64 * self.scale).round() as u64;
        self.trials.unwrap_or(scaled).max(1)
    }
}

/// What a name given to `--only` may be.
pub fn is_known(name: &str) -> bool {
    TRIALS.iter().any(|trial| trial.name == name || group_name(trial.group) == name)
}

/// Runs what is wanted and prints what came of it; fails if any promise was broken.
pub fn run(wanted: &Wanted, programs: &Programs) -> ExitCode {
    println!("seed {}", wanted.seed);
    let mut rows = Vec::new();
    for trial in TRIALS.iter().filter(|trial| wanted.wants(trial)) {
        let plan =
            Plan { seed: wanted.seed, trials: wanted.count(trial), programs: programs.clone() };
        let line = Line::new(trial.name, plan.trials);
        let began = Instant::now();
        let tally = attempt(trial, &plan, &line);
        line.clear();
        println!("{:<12} {} ({} s)", trial.name, trial.what, began.elapsed().as_secs());
        rows.push((trial, began.elapsed(), tally));
    }
    print!("\n{}", table(&rows));
    let mut clean = true;
    for (trial, _, tally) in &rows {
        for note in &tally.notes {
            println!("{}: {note}", trial.name);
        }
        if !tally.is_clean() {
            clean = false;
            println!("to repeat it: {}", repeat_line(trial, tally, wanted));
        }
    }
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one trial; a panic in it is a broken promise, too.
pub fn attempt(trial: &Trial, plan: &Plan, progress: &dyn Progress) -> Tally {
    let run = AssertUnwindSafe(|| (trial.run)(plan, progress));
    panic::catch_unwind(run).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        let mut tally = Tally::default();
        let whole = Repeat { seed: plan.seed, trials: plan.trials };
        tally.violate(whole, format!("it stopped: {}", said.unwrap_or("for no reason given")));
        tally
    })
}

fn repeat_line(trial: &Trial, tally: &Tally, wanted: &Wanted) -> String {
    let Repeat { seed, trials } =
        tally.first_failing.unwrap_or(Repeat { seed: wanted.seed, trials: wanted.count(trial) });
    format!("cargo xtask torture --only {} --seed {seed} --trials {trials}", trial.name)
}

fn group_name(group: Group) -> &'static str {
    match group {
        Group::Crashes => "crashes",
        Group::Races => "races",
        Group::Evil => "evil",
        Group::Gateway => "gateway",
    }
}

const HEADING: [&str; 8] =
    ["trial", "trials", "faults", "lost", "doubled", "violations", "longest recovery", "time"];

fn table(rows: &[(&Trial, Duration, Tally)]) -> String {
    let mut lines = vec![HEADING.map(str::to_owned)];
    lines.extend(rows.iter().map(|(trial, time, tally)| {
        [
            trial.name.to_owned(),
            tally.trials.to_string(),
            tally.faults.to_string(),
            tally.lost.to_string(),
            tally.doubled.to_string(),
            tally.violations.to_string(),
            seconds(tally.longest_recovery),
            seconds(*time),
        ]
    }));
    let width: [usize; 8] = std::array::from_fn(|column| {
        lines.iter().map(|line| line[column].len()).max().unwrap_or_default()
    });
    // A Markdown table: it reads well in a terminal, and goes into the documents as it is.
    let rule: [String; 8] = std::array::from_fn(|column| "-".repeat(width[column]));
    lines.insert(1, rule);
    lines.iter().fold(String::new(), |mut text, line| {
        for (column, cell) in line.iter().enumerate() {
            let pad = " ".repeat(width[column] - cell.len());
            let cell =
                if column == 0 { format!("| {cell}{pad} ") } else { format!("| {pad}{cell} ") };
            text.push_str(&cell);
        }
        text + "|\n"
    })
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    const BAD: Trial = Trial {
        group: Group::Races,
        name: "bad",
        what: "",
        short: 1,
        long: 10,
        run: |_, _| panic!("oh {}", "dear"),
    };

    fn wanted(only: &[&str], scale: f64) -> Wanted {
        let only = only.iter().map(|&name| name.to_owned()).collect();
        Wanted { seed: 5, only, scale, trials: None }
    }

    fn plan() -> Plan {
        let programs = Programs { torture: "torture".into(), baton: None };
        Plan { seed: 5, trials: 2, programs }
    }

    #[test]
    fn a_trial_that_panics_has_failed_and_can_be_repeated() {
        let tally = attempt(&BAD, &plan(), &Silent);
        assert!(!tally.is_clean());
        assert!(tally.notes[0].contains("oh dear"), "{:?}", tally.notes);
        let line = repeat_line(&BAD, &tally, &wanted(&[], 1.0));
        assert_eq!(line, "cargo xtask torture --only bad --seed 5 --trials 2");
    }

    #[test]
    fn trials_are_chosen_by_group_or_name_and_scaled() {
        let check = |only: &[&str], chosen| assert_eq!(wanted(only, 1.0).wants(&BAD), chosen);
        check(&[], true);
        check(&["races"], true);
        check(&["evil", "bad"], true);
        check(&["crashes"], false);
        assert_eq!(wanted(&[], 0.25).count(&BAD), 3);
        assert_eq!(wanted(&[], 0.0).count(&BAD), 1, "never none: that would look like success");
    }

    #[test]
    fn the_table_lines_up() {
        let rows = [(&BAD, Duration::from_secs(3), Tally { trials: 12, ..Tally::default() })];
        let table = table(&rows);
        let widths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
        assert!(table.contains("| bad   |     12 |"), "{table}");
    }
}
