//! The table of the built-in brain: how often it is right, how sure, how quick and how small.

use std::time::Instant;

use classifier::Classifier;

use crate::{
    data::{self, Example, Set},
    measure::{self, Marks, ratio},
};

/// Examples of a label in the few-shot rows, and the seeds of their splits.
const FEW: usize = 10;
const SEEDS: u32 = 5;
/// What an admin may have written: this many examples, ten a label.
const SMALL: usize = 200;
/// The label under which messages of no label are learnt.
const OUTSIDE: &str = "oos";

/// One line of the table.
pub type Row = [String; 3];

/// Measures on `set`, and returns one row for each figure.
pub fn rows(set: &Set) -> Vec<Row> {
    let row = |figure: String, value: String| [set.name.to_owned(), figure, value];
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let mut rows = Vec::new();

    let began = Instant::now();
    let whole = Classifier::train(&set.train);
    let took = began.elapsed();
    let (all, slips) = (measure::marks(&whole, &set.test), with_typos(&whole, &set.test));
    rows.push(row("right, all examples".to_owned(), percent(all.accuracy)));
    rows.push(row("… with a typo every 25 characters".to_owned(), percent(slips.accuracy)));
    rows.push(row("… trained in".to_owned(), format!("{:.1} s", took.as_secs_f64())));
    rows.push(row("… model".to_owned(), kilobytes(&whole)));
    drop(whole);

    let (mut few, mut few_slips) = (Marks::default(), Marks::default());
    for seed in 0..SEEDS {
        let classifier = Classifier::train(&data::few(&set.train, FEW, seed));
        for (sum, new) in [
            (&mut few, measure::marks(&classifier, &set.test)),
            (&mut few_slips, with_typos(&classifier, &set.test)),
        ] {
            sum.accuracy += new.accuracy / f64::from(SEEDS);
            sum.calibration += new.calibration / f64::from(SEEDS);
        }
    }
    rows.push(row(format!("right, {FEW} examples a label"), percent(few.accuracy)));
    rows.push(row("… with a typo every 25 characters".to_owned(), percent(few_slips.accuracy)));
    rows.push(row("… calibration error".to_owned(), format!("{:.3}", few.calibration)));

    if !set.outside.0.is_empty() {
        let (caught, area) = outside(set);
        rows.push(row("outside turned away at 95 % let in".to_owned(), percent(caught)));
        rows.push(row("… area under the curve".to_owned(), format!("{area:.3}")));
    }

    let small: Vec<Example> = data::few(&set.train, FEW, 0).into_iter().take(SMALL).collect();
    let times = (0..5).map(|_| {
        let began = Instant::now();
        std::hint::black_box(Classifier::train(&small));
        began.elapsed()
    });
    let best = times.min().unwrap_or_default();
    let (one, other) = (Classifier::train(&small), Classifier::train(&small));
    let milliseconds = |t: std::time::Duration| format!("{:.3} ms", t.as_secs_f64() * 1e3);
    rows.push(row(format!("{} examples: trained in", small.len()), milliseconds(best)));
    rows.push(row("… one answer, p99".to_owned(), milliseconds(measure::p99(&one, &set.test))));
    rows.push(row("… model".to_owned(), kilobytes(&one)));
    let same = if one.to_bytes() == other.to_bytes() { "identical" } else { "DIFFERENT" };
    rows.push(row("… two trainings, by byte".to_owned(), same.to_owned()));
    rows
}

/// Marks on the same messages, typed in haste.
fn with_typos(classifier: &Classifier, test: &[Example]) -> Marks {
    let mut random = fastrand::Rng::with_seed(25);
    let typed = test.iter().map(|(label, text)| {
        let text = data::with_typos(text, &mut random);
        (label.clone(), text)
    });
    measure::marks(classifier, &typed.collect::<Vec<_>>())
}

/// How well messages of no label are told from the others, once some were learnt as such.
fn outside(set: &Set) -> (f64, f64) {
    let examples: Vec<Example> = set.train.iter().chain(&set.outside.0).cloned().collect();
    let classifier = Classifier::train(&examples);
    let at = classifier.labels().iter().position(|label| label == OUTSIDE);
    let score = |(_, text): &Example| at.map_or(0.0, |at| f64::from(classifier.predict(text)[at]));
    let inside: Vec<f64> = set.test.iter().map(score).collect();
    let outside: Vec<f64> = set.outside.1.iter().map(score).collect();
    measure::rejection(&inside, &outside)
}

fn kilobytes(classifier: &Classifier) -> String {
    format!("{:.0} KB", ratio(classifier.to_bytes().len(), 1000))
}
