//! A walk along every failpoint: a process plays a whole story on a real desk, is aborted at one
//! point at its n-th pass, is started again, and plays on as a client would that knows only what
//! was acknowledged. In the end all is as if nothing had happened: the same journal, to the byte,
//! the same refunds at the provider, the same e-mails.

mod cases;
pub mod journey;
mod player;
mod steps;

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use baton::failpoint::Point;

use crate::{Group, Plan, Programs, Progress, Tally, Trial, crew, tally::Repeat};
use cases::Case;
use journey::Report;
use steps::Story;

/// Killed at every failpoint.
pub const TRIAL: Trial = Trial {
    group: Group::Crashes,
    name: "walk",
    what: "aborted at every failpoint and started again: all as if nothing had happened",
    // A whole round, and the beginning of one with second crashes.
    short: 700,
    long: 7000,
    run,
};

/// Lives that are played side by side; each mostly waits for the disk.
const AT_ONCE: usize = 6;
/// Work that a crash interrupted must be done so soon after the next start.
const RECOVERY: Duration = Duration::from_mins(1);

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    let mut tally = Tally::default();
    let baselines: BTreeMap<Story, Report> = Story::ALL
        .iter()
        .filter_map(|&story| {
            let told = undisturbed(&plan.programs, story);
            let repeat = Repeat { seed: plan.seed, trials: plan.trials };
            told.map_err(|what| tally.violate(repeat, what)).ok().map(|report| (story, report))
        })
        .collect();
    let reached: BTreeMap<Story, &BTreeMap<String, u64>> =
        baselines.iter().map(|(story, report)| (*story, &report.hits)).collect();
    for point in Point::ALL {
        if !reached.values().any(|hits| hits.contains_key(point.name())) {
            let what = format!("no story comes by the failpoint {}", point.name());
            tally.violate(Repeat::one(plan.seed), what);
        }
    }
    let cases = cases::all(&reached);
    note_counts(&cases, &mut tally);
    tally.add(crew::each(plan, progress, AT_ONCE, |seed| {
        let mut tally = Tally { trials: 1, ..Tally::default() };
        if let Some(case) = cases::of_seed(&cases, seed)
            && let Some(baseline) = baselines.get(&case.story)
            && let Err(what) = try_case(&plan.programs, &case, baseline, &mut tally)
        {
            tally.violate(Repeat::one(seed), format!("{case}: {what}"));
        }
        tally
    }));
    tally
}

fn note_counts(cases: &[Case], tally: &mut Tally) {
    let (points, stories) = (Point::ALL.len(), Story::ALL.len());
    tally.note(format!("{points} failpoints, {} passes in {stories} stories", cases.len()));
}

/// The story from beginning to end.
fn undisturbed(programs: &Programs, story: Story) -> Result<Report, String> {
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let played = play(programs, folder.path(), story, None)?;
    let report = played.report.ok_or_else(|| format!("{story} does not end: {}", played.status))?;
    sound(folder.path())?;
    Ok(report)
}

/// One case: aborted, perhaps once more while it recovers, and played to its end.
fn try_case(
    programs: &Programs,
    case: &Case,
    baseline: &Report,
    tally: &mut Tally,
) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let mut acknowledged = BTreeMap::new();
    for (is_first, at) in [(true, Some(&case.at)), (false, case.again.as_ref())] {
        let Some(at) = at else { continue };
        let played = play(programs, folder.path(), case.story, Some(at))?;
        keep(&mut acknowledged, played.acknowledged)?;
        match played.report {
            None if played.status.signal().is_some() => tally.faults += 1,
            None => return Err(format!("it ended by itself: {}", played.status)),
            // What is left to do after a crash may not come by the second point any more.
            Some(_) if !is_first => {}
            Some(_) => return Err("it was not aborted there".to_owned()),
        }
    }
    let played = play(programs, folder.path(), case.story, None)?;
    keep(&mut acknowledged, played.acknowledged)?;
    let report = played.report.ok_or_else(|| format!("started again: {}", played.status))?;
    let recovery = Duration::from_millis(report.recovered_ms);
    tally.recovered(recovery);
    if recovery > RECOVERY {
        return Err(format!("it took {recovery:?} to recover"));
    }
    sound(folder.path())?;
    case.story.compare(baseline, &report)
}

/// Adds what was acknowledged to what was before; the same message is the same event for ever.
fn keep(known: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) -> Result<(), String> {
    for (client_id, seq) in more {
        let before = *known.entry(client_id.clone()).or_insert(seq);
        if before != seq {
            return Err(format!("{client_id} was acknowledged as {before} and as {seq}"));
        }
    }
    Ok(())
}

/// What a process has left behind.
struct Played {
    status: ExitStatus,
    /// What it was told is on disk: client ids and positions.
    acknowledged: BTreeMap<String, u64>,
    /// What it said at its end, if it came there.
    report: Option<Report>,
}

fn play(
    programs: &Programs,
    data: &Path,
    story: Story,
    at: Option<&cases::At>,
) -> Result<Played, String> {
    let mut command = Command::new(&programs.torture);
    command.arg("journey").arg("--data").arg(data).args(["--story", story.name()]);
    command.env_remove("BATON_FAILPOINT").stdin(Stdio::null()).stderr(Stdio::piped());
    if let Some(at) = at {
        command.env("BATON_FAILPOINT", format!("{}:{}", at.point, at.pass));
    }
    let output = command.output().map_err(|cause| cause.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut acknowledged = BTreeMap::new();
    for line in said.lines().filter_map(|line| line.strip_prefix(journey::ACKNOWLEDGED)) {
        let Some((client_id, seq)) = line.split_once(' ') else { continue };
        acknowledged.insert(client_id.to_owned(), seq.parse().map_err(|_| line.to_owned())?);
    }
    let report = said.lines().find_map(|line| line.strip_prefix(journey::REPORT));
    let report = report.map(serde_json::from_str).transpose().map_err(|error| error.to_string())?;
    if report.is_none() && output.status.signal().is_none() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(Played { status: output.status, acknowledged, report })
}

/// `baton verify`.
fn sound(data: &Path) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|cause| cause.to_string())?;
    runtime.block_on(async {
        let store = baton::storage::sqlite::SqliteStore::open(data).map_err(|e| e.to_string())?;
        baton::verify::verify(&*store).await.map(drop).map_err(|fault| fault.to_string())
    })
}
