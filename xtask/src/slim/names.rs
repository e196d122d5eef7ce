//! Short names for what only a file itself can see.
//!
//! Without scopes: a name is shortened everywhere in its file or nowhere, and only where nothing
//! says that somebody else may know it by that name.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::script::{Token, is_word};

/// What browsers call things: a file that declares such a name may mean the browser's elsewhere.
const GLOBALS: [&str; 32] = [
    "alert",
    "blur",
    "close",
    "closed",
    "confirm",
    "console",
    "document",
    "event",
    "external",
    "fetch",
    "find",
    "focus",
    "frames",
    "history",
    "length",
    "location",
    "name",
    "navigator",
    "open",
    "opener",
    "origin",
    "parent",
    "performance",
    "print",
    "prompt",
    "screen",
    "scroll",
    "self",
    "status",
    "stop",
    "top",
    "window",
];

/// Short words that are no names.
const RESERVED: [&str; 5] = ["as", "do", "if", "in", "of"];

/// The names that `tokens` declare and may change, and what they become: the most frequent first.
pub fn short<'a>(tokens: &[Token<'a>]) -> BTreeMap<&'a str, String> {
    let file = File(tokens);
    let kept = file.kept();
    let mut counts = BTreeMap::<&str, usize>::new();
    for token in tokens {
        *counts.entry(token.text).or_default() += 1;
    }
    let mut names: Vec<_> = file
        .declared()
        .into_iter()
        .filter(|name| is_name(name) && !kept.contains(name) && !GLOBALS.contains(name))
        .collect();
    names.sort_by_key(|name| (Reverse(counts.get(name).copied()), *name));
    let taken =
        |name: &str| counts.contains_key(name) || kept.contains(name) || RESERVED.contains(&name);
    let free = (0..).map(letters).filter(|name| !taken(name));
    let pairs = names.into_iter().filter(|name| name.len() > 1).zip(free);
    pairs.filter(|(name, short)| short.len() < name.len()).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| is_word(c) && !c.is_ascii_digit())
}

struct File<'a, 'b>(&'b [Token<'a>]);

impl<'a> File<'a, '_> {
    /// The token at `at`, and nothing outside of the file.
    fn text(&self, at: usize) -> &'a str {
        self.0.get(at).map_or("", |token| token.text)
    }

    fn before(&self, at: usize, steps: usize) -> &'a str {
        at.checked_sub(steps).map_or("", |at| self.text(at))
    }

    /// What is declared: by a word such as `const`, in a list after it, or as a parameter.
    fn declared(&self) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        for at in 0..self.0.len() {
            let (here, next) = (self.text(at), self.text(at + 1));
            let assigns = |at| self.text(at) == "=" && !matches!(self.text(at + 1), "=" | ">");
            match here {
                "const" | "let" | "function" | "class" => found.extend([next]),
                "," if assigns(at + 2) => found.extend([next]),
                "(" | "[" => found.extend(self.list(at)),
                _ if next == "=" && self.text(at + 2) == ">" => found.extend([here]),
                _ => {}
            }
        }
        found
    }

    /// The names in a list that opens at `at`, if it declares them.
    fn list(&self, at: usize) -> Vec<&'a str> {
        let mut end = at + 1;
        let mut names = Vec::new();
        while is_name(self.text(end)) || matches!(self.text(end), "," | ".") {
            if is_name(self.text(end)) {
                // The name of a member declares nothing.
                let member = self.before(end, 1) == "." && self.before(end, 2) != ".";
                names.push(self.text(end));
                if member {
                    return Vec::new();
                }
            }
            end += 1;
        }
        let (before, then) = (self.before(at, 1), self.text(end + 1));
        let arrow = then == "=" && self.text(end + 2) == ">";
        let declares = match (self.text(at), self.text(end)) {
            ("(", ")") => arrow || then == "{" && self.names_function(at),
            // An index stands after a value.
            ("[", "]") => {
                let declared = matches!(before, "const" | "let") || !is_name(before);
                then == "=" && declared && !matches!(before, "]" | ")")
            }
            _ => false,
        };
        if declares { names } else { Vec::new() }
    }

    /// Whether what opens at `at` are the parameters of a function or a method.
    fn names_function(&self, at: usize) -> bool {
        let before = self.before(at, 1);
        is_name(before) && !matches!(before, "if" | "for" | "while" | "switch" | "with")
    }

    /// Names that somebody else may know: members, keys, what is exported, and all in templates.
    fn kept(&self) -> BTreeSet<&'a str> {
        let mut kept = BTreeSet::new();
        let mut open = Vec::new();
        for at in 0..self.0.len() {
            let here = self.text(at);
            match here {
                "{" => open.push(self.opens_object(at)),
                "(" | "[" => open.push(false),
                "}" | ")" | "]" => {
                    open.pop();
                }
                _ if here.starts_with('`') => kept.extend(here.split(|c| !is_word(c))),
                _ if is_name(here) && self.is_known(at, open.last() == Some(&true)) => {
                    kept.insert(here);
                }
                _ => {}
            }
        }
        kept
    }

    /// Whether the name at `at` is known to others by the way it stands there.
    fn is_known(&self, at: usize, in_object: bool) -> bool {
        let (before, after) = (self.before(at, 1), self.text(at + 1));
        let spread = before == "." && self.before(at, 2) == "." && self.before(at, 3) == ".";
        let member = matches!(before, "." | "#") && !spread || after == ":";
        let shorthand =
            in_object && matches!(before, "{" | ",") && matches!(after, "}" | "," | "=");
        let exported = before == "export" || self.before(at, 2) == "export";
        let method = after == "(" && before != "function" && self.text(self.end(at + 1)) == "{";
        member || shorthand || exported || method || before == "as" || after == "as"
    }

    /// Where what opens at `at` is over: after the bracket that closes it.
    fn end(&self, at: usize) -> usize {
        let mut depth = 0;
        for end in at..self.0.len() {
            match self.text(end) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return end + 1;
            }
        }
        self.0.len()
    }

    /// Whether the brace at `at` opens an object or a pattern rather than statements.
    fn opens_object(&self, at: usize) -> bool {
        match self.before(at, 1) {
            "(" | "[" | "," | "=" | ":" | "?" | "." | "return" | "const" | "let" | "export"
            | "import" | "&" | "|" => true,
            // The second half of an arrow.
            ">" => self.before(at, 2) != "=",
            _ => false,
        }
    }
}

/// The name number `n`: a, b … Z, aa, ab …
fn letters(n: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let last = char::from(LETTERS[n % 52]);
    if n < 52 { last.to_string() } else { format!("{}{last}", letters(n / 52 - 1)) }
}

#[cfg(test)]
mod tests {
    use super::{super::script, letters};

    #[test]
    fn names_of_its_own_are_short() {
        let check = |source: &str, slim: &str| assert_eq!(script(source), slim, "{source}");
        check("const one = 1, two = one;", "const a=1,b=a;");
        check("function add(left, right) { return left + right }", "function c(a,b){return a+b}");
        check("let [first, last] = list", "let[a,b]=list");
        check("(...rest) => rest", "(...a)=>a");
        check("each => each", "a=>a");
    }

    #[test]
    fn names_of_others_stay() {
        let same = |source: &str| assert_eq!(script(source), source);
        same("const{here,there:x}=y;f(here)");
        same("const here=1;f({here})");
        same("const here=1;f(x.here)");
        same("const here=1;f(`${here}`)");
        same("const here=1;export{here}");
        same("const here=1;export{here as default}");
        same("class x{here(){}}const here=1");
        same("const origin=1;f(origin)");
        same("f(here);if(here){x()}y[here]=1;z[Symbol.iterator]=2");
        same("const x=y?here:z;const here=1");
    }

    #[test]
    fn there_are_always_more() {
        let names: std::collections::BTreeSet<_> = (0..5000).map(letters).collect();
        assert_eq!(names.len(), 5000);
        assert_eq!((letters(0), letters(51), letters(52)), ("a".into(), "Z".into(), "aa".into()));
    }
}
