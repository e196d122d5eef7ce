//! Slimming JavaScript and CSS: what is written for people stays in the sources.

/// Without comments that stand on their own lines, indentation and empty lines: up to a third of
/// the file, by rules too simple to go wrong. A file with a string over several lines stays as it is.
pub fn slim(source: &str) -> String {
    if source.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return source.to_owned();
    }
    let mut out = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.lines().map(str::trim) {
        if in_comment {
            in_comment = !line.ends_with("*/");
        } else if line.starts_with("/*") && !line[2..].contains("*/") {
            in_comment = true;
        } else if !(line.is_empty() || line.starts_with("//") || is_comment(line)) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// `/* one comment and nothing else */`
fn is_comment(line: &str) -> bool {
    line.starts_with("/*") && line.find("*/") == Some(line.len() - 2)
}

#[cfg(test)]
mod tests {
    use super::slim;

    #[test]
    fn drops_comments_and_indentation() {
        let glue = "/* @ts-self-types */\n\n/**\n * @param {number} a\n */\nfunction f(a) {\n    // adds\n    return a + 1; // one\n}\n";
        assert_eq!(slim(glue), "function f(a) {\nreturn a + 1; // one\n}\n");
    }

    #[test]
    fn keeps_code_beside_a_comment() {
        assert_eq!(slim("/* a */ f(); /* b */\n"), "/* a */ f(); /* b */\n");
    }

    #[test]
    fn leaves_strings_over_several_lines_alone() {
        let glue = "f(`\n    // not a comment\n`);\n";
        assert_eq!(slim(glue), glue);
    }
}
