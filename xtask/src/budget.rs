//! What the widget may weigh, file by file: `frontend/budget.json`, in bytes over the wire.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;

use crate::{
    error::{AtPath, Error, Result},
    pages, table,
    tally::Tally,
    workspace::Workspace,
};

/// Where the budget stands, from the top of the repository.
const BUDGET: &str = "frontend/budget.json";

/// Most bytes, brotli, of each file and of some together.
#[derive(Debug, Deserialize)]
struct Budget {
    files: BTreeMap<String, u64>,
    sums: BTreeMap<String, Sum>,
}

/// Files that are needed together.
#[derive(Debug, Deserialize)]
struct Sum {
    most: u64,
    of: Vec<String>,
}

/// One line of the budget, and what it comes to.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    name: String,
    bytes: u64,
    most: u64,
}

impl Line {
    fn fits(&self) -> bool {
        self.bytes <= self.most
    }
}

/// Weighs the pages that were built last, and prints the table. Each line is a check.
pub fn check(workspace: &Workspace) -> Result<Tally> {
    let path = workspace.root.join(BUDGET);
    let budget: Budget = read(&path)?;
    let folder = workspace.pages();
    let manifest: BTreeMap<String, String> = read(&folder.join(pages::MANIFEST))?;
    let weight = |name: &str| {
        let served = manifest.get(name).map_or(name, String::as_str);
        let compressed = folder.join(format!("{served}.br"));
        fs::metadata(&compressed).map(|file| file.len()).at("weigh", compressed)
    };
    let lines = lines(&budget, weight)?;
    table::print(
        ["widget", "brotli", "most"],
        lines.iter().map(|line| {
            let over = if line.fits() { "" } else { "  TOO MUCH" };
            [format!("{}{over}", line.name), table::bytes(line.bytes), table::bytes(line.most)]
        }),
    );
    let failed = lines.iter().filter(|line| !line.fits()).count();
    Ok(Tally { passed: lines.len() - failed, failed, skipped: 0 })
}

fn lines(budget: &Budget, weight: impl Fn(&str) -> Result<u64>) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (name, most) in &budget.files {
        lines.push(Line { name: name.clone(), bytes: weight(name)?, most: *most });
    }
    for (name, Sum { most, of }) in &budget.sums {
        let bytes = of.iter().map(|file| weight(file)).sum::<Result<u64>>()?;
        lines.push(Line { name: name.clone(), bytes, most: *most });
    }
    Ok(lines)
}

fn read<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<T> {
    let text = fs::read(path).at("read", path)?;
    serde_json::from_slice(&text)
        .map_err(|source| Error::Garbled { path: path.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_heavy_is_told_from_one_that_fits() {
        let budget: Budget = serde_json::from_str(
            r#"{"files": {"a": 5, "b": 9}, "sums": {"both": {"most": 11, "of": ["a", "b"]}}}"#,
        )
        .unwrap();
        let lines = lines(&budget, |_| Ok(6)).unwrap();
        let told: Vec<_> = lines.iter().map(|l| (l.name.as_str(), l.bytes, l.fits())).collect();
        assert_eq!(told, [("a", 6, false), ("b", 6, true), ("both", 12, false)]);
    }

    #[test]
    fn every_file_of_a_sum_has_a_line_of_its_own() {
        let budget: Budget =
            serde_json::from_str(include_str!("../../frontend/budget.json")).unwrap();
        for (name, sum) in &budget.sums {
            assert!(sum.of.iter().all(|file| budget.files.contains_key(file)), "{name}");
        }
    }
}
