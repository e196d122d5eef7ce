//! Labelled messages from files, and splits of them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::python::Random;

/// `(label, text)`, as the classifier takes them.
pub type Example = (String, String);

/// A set of labelled messages.
pub struct Set {
    /// As people call it.
    pub name: &'static str,
    /// To learn from.
    pub train: Vec<Example>,
    /// To be measured on.
    pub test: Vec<Example>,
    /// Unlike all labels: to learn from, and to be measured on. Empty if the set has none.
    pub outside: (Vec<Example>, Vec<Example>),
    /// Unlike all labels, and no part of the test.
    outside_held_out: Vec<Example>,
}

impl Set {
    /// Puts a fifth of the examples to learn from in the place of the test.
    pub fn hold_out(&mut self) {
        Random::new(7).shuffle(&mut self.train);
        self.test = self.train.split_off(self.train.len() * 4 / 5);
        self.outside.1 = std::mem::take(&mut self.outside_held_out);
    }
}

/// Why the data cannot be read; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file is missing or unreadable.
    #[error(
        "cannot read {path}: {source}; name the folder of the data with --data or BATON_INTENTS"
    )]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{0} has another form than expected")]
    Form(PathBuf),
}

/// Banking77 and CLINC150, from the files `banking77_{train,test}.csv` and `clinc150.json`.
pub fn load(folder: &Path) -> Result<[Set; 2], DataError> {
    let banking = Set {
        name: "Banking77",
        train: csv(&folder.join("banking77_train.csv"))?,
        test: csv(&folder.join("banking77_test.csv"))?,
        outside: (Vec::new(), Vec::new()),
        outside_held_out: Vec::new(),
    };
    let path = folder.join("clinc150.json");
    let lists: BTreeMap<String, Vec<[String; 2]>> =
        serde_json::from_str(&read(&path)?).map_err(|_| DataError::Form(path.clone()))?;
    let list = |name: &str| -> Result<Vec<Example>, DataError> {
        let pairs = lists.get(name).ok_or_else(|| DataError::Form(path.clone()))?;
        Ok(pairs.iter().map(|[text, label]| (label.clone(), text.clone())).collect())
    };
    let clinc = Set {
        name: "CLINC150",
        train: list("train")?,
        test: list("test")?,
        outside: (list("oos_train")?, list("oos_test")?),
        outside_held_out: list("oos_val")?,
    };
    Ok([banking, clinc])
}

fn read(path: &Path) -> Result<String, DataError> {
    fs::read_to_string(path).map_err(|source| DataError::Read { path: path.to_owned(), source })
}

/// A file of `text,category` with fields quoted where needed.
fn csv(path: &Path) -> Result<Vec<Example>, DataError> {
    let text = read(path)?;
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(field) = rows.last_mut().and_then(|row| row.last_mut()) else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => rows.last_mut().into_iter().for_each(|row| row.push(String::new())),
            '\r' if !quoted => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => field.push(c),
        }
    }
    rows.retain(|row| row.len() > 1);
    let pairs = rows.into_iter().skip(1).map(|row| match <[String; 2]>::try_from(row) {
        Ok([text, label]) => Ok((label, text)),
        Err(_) => Err(DataError::Form(path.to_owned())),
    });
    pairs.collect()
}

/// `k` examples of each label: grouped by label, labels sorted, each group shuffled by the one
/// generator, the first `k` taken.
pub fn few(train: &[Example], k: usize, seed: u32) -> Vec<Example> {
    let mut groups: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in train {
        groups.entry(&example.0).or_default().push(example);
    }
    let mut random = Random::new(seed);
    let mut taken = Vec::new();
    for group in groups.values_mut() {
        random.shuffle(group);
        taken.extend(group.iter().take(k).map(|example| (*example).clone()));
    }
    taken
}

/// The text with one slip of the finger for every 25 characters: a letter left out, doubled,
/// swapped with the next, or hit beside.
pub fn with_typos(text: &str, random: &mut fastrand::Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let slips = (chars.len() + random.usize(..25)) / 25;
    for _ in 0..slips {
        let letters: Vec<usize> = (0..chars.len()).filter(|&i| chars[i].is_alphabetic()).collect();
        let Some(&at) = letters.get(random.usize(..letters.len().max(1))) else { break };
        match random.u8(..4) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            2 if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => chars[at] = beside(chars[at], random),
        }
    }
    chars.into_iter().collect()
}

/// A key beside this one on a keyboard.
fn beside(c: char, random: &mut fastrand::Rng) -> char {
    for row in ["qwertyuiop", "asdfghjkl", "zxcvbnm"] {
        let keys: Vec<char> = row.chars().collect();
        if let Some(at) = keys.iter().position(|key| *key == c.to_ascii_lowercase()) {
            let left = random.bool() && at > 0 || at + 1 == keys.len();
            return keys[if left { at - 1 } else { at + 1 }];
        }
    }
    c
}
