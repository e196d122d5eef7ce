//! The order of the list, and what a live line does to it. No page in here.

use shared::{
    api::{Summary, View},
    id::{ConversationId, StaffId},
    owner::Owner,
    time::Timestamp,
};

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which view.
    pub view: View,
    /// Whether it is narrowed by a search, which only the server can repeat.
    pub searched: bool,
    /// Whether there are no further pages.
    pub whole: bool,
}

/// Whether `line` belongs to `view`, for a reader called `me`.
pub fn belongs(line: &Summary, view: View, me: &StaffId) -> bool {
    match view {
        View::Waiting => matches!(line.owner, Owner::Queue { .. }) || line.needs_approval,
        View::Mine => line.owner.is_staff(me),
        View::All => line.owner != Owner::Nobody,
        View::Closed => line.owner == Owner::Nobody,
    }
}

/// Puts a line that changed where it now belongs, or takes it out. What is older than the line
/// that is there changes nothing.
pub fn merge(lines: &mut Vec<Summary>, shown: &Shown, me: &StaffId, line: Summary) {
    let known = lines.iter().position(|l| l.id == line.id);
    if known.is_some_and(|at| lines[at].seq > line.seq) {
        return;
    }
    if let Some(at) = known {
        lines.remove(at);
    }
    if !belongs(&line, shown.view, me) || (known.is_none() && shown.searched) {
        return;
    }
    let at = lines.partition_point(|l| key(l, shown.view) <= key(&line, shown.view));
    // Behind the last line of a page that is not the last, it comes with the next one.
    if at < lines.len() || shown.whole || known.is_some() {
        lines.insert(at, line);
    }
}

/// Adds the next page, leaving out what live frames have brought already.
pub fn extend(lines: &mut Vec<Summary>, page: Vec<Summary>) {
    for line in page {
        if !lines.iter().any(|l| l.id == line.id) {
            lines.push(line);
        }
    }
}

/// The line `steps` below `current`; the first or the last if there is no current one.
pub fn neighbour(
    lines: &[Summary],
    current: Option<&ConversationId>,
    steps: isize,
) -> Option<ConversationId> {
    let at = current.and_then(|id| lines.iter().position(|l| l.id == *id));
    let to = match at {
        Some(at) => at.saturating_add_signed(steps).min(lines.len().saturating_sub(1)),
        None if steps >= 0 => 0,
        None => lines.len().saturating_sub(1),
    };
    lines.get(to).map(|l| l.id.clone())
}

/// Since when a person is needed, as far as the list can say.
pub fn waiting_since(line: &Summary) -> Option<Timestamp> {
    let waits = matches!(line.owner, Owner::Queue { .. }) || line.needs_approval;
    waits.then(|| line.escalated_at.unwrap_or(line.updated_at))
}

fn key(line: &Summary, view: View) -> i64 {
    match view {
        View::Waiting => line.escalated_at.unwrap_or(line.updated_at).0,
        View::Mine | View::All | View::Closed => -line.updated_at.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::message::{Assurance, VisitorRef};

    use super::*;

    fn me() -> StaffId {
        "stf_me".parse().unwrap()
    }

    fn queue() -> Owner {
        Owner::Queue { slug: "support".parse().unwrap(), name: "Support".into() }
    }

    fn mine() -> Owner {
        Owner::Staff { id: me(), name: "Me".into() }
    }

    fn line(id: &str, owner: Owner, at: i64, seq: u64) -> Summary {
        let visitor = VisitorRef {
            id: "vis".parse().unwrap(),
            assurance: Assurance::Anonymous,
            customer: None,
            name: None,
            email: None,
        };
        Summary {
            id: id.parse().unwrap(),
            site: "demo".parse().unwrap(),
            visitor,
            owner,
            updated_at: Timestamp(at),
            escalated_at: Some(Timestamp(at)),
            deadline: None,
            reason: None,
            request: None,
            needs_approval: false,
            last_author: None,
            preview: String::new(),
            rating: None,
            seq,
        }
    }

    fn check(
        view: View,
        searched: bool,
        whole: bool,
        start: &[Summary],
        new: Summary,
        end: &[&str],
    ) {
        let mut lines = start.to_vec();
        merge(&mut lines, &Shown { view, searched, whole }, &me(), new);
        let ids: Vec<_> = lines.iter().map(|l| l.id.as_str()).collect();
        assert_eq!(ids, end);
    }

    #[test]
    fn the_longest_waiting_comes_first() {
        let two = [line("a", queue(), 10, 1), line("b", queue(), 20, 1)];
        check(View::Waiting, false, true, &two, line("c", queue(), 15, 1), &["a", "c", "b"]);
        check(View::Waiting, false, true, &two, line("c", queue(), 30, 1), &["a", "b", "c"]);
    }

    #[test]
    fn the_newest_comes_first_elsewhere() {
        let two = [line("a", mine(), 20, 1), line("b", mine(), 10, 1)];
        check(View::Mine, false, true, &two, line("b", mine(), 30, 2), &["b", "a"]);
        check(View::All, false, true, &two, line("c", queue(), 15, 1), &["a", "c", "b"]);
    }

    #[test]
    fn a_claimed_line_leaves_the_waiting_ones() {
        let one = [line("a", queue(), 10, 1)];
        check(View::Waiting, false, true, &one, line("a", mine(), 10, 2), &[]);
        let approval = Summary { needs_approval: true, ..line("a", mine(), 10, 2) };
        check(View::Waiting, false, true, &one, approval, &["a"]);
    }

    #[test]
    fn an_older_line_changes_nothing() {
        let one = [line("a", queue(), 10, 5)];
        check(View::Waiting, false, true, &one, line("a", mine(), 10, 4), &["a"]);
    }

    #[test]
    fn a_search_and_a_further_page_keep_strangers_out() {
        let one = [line("a", queue(), 10, 1)];
        check(View::Waiting, true, true, &one, line("b", queue(), 5, 1), &["a"]);
        check(View::Waiting, false, false, &one, line("b", queue(), 15, 1), &["a"]);
        check(View::Waiting, false, false, &one, line("b", queue(), 5, 1), &["b", "a"]);
    }

    #[test]
    fn keys_move_within_the_list() {
        let lines = [line("a", queue(), 1, 1), line("b", queue(), 2, 1)];
        let check = |current: Option<&str>, steps, to: Option<&str>| {
            let current = current.map(|c| c.parse().unwrap());
            let found = neighbour(&lines, current.as_ref(), steps);
            assert_eq!(found.as_ref().map(ConversationId::as_str), to);
        };
        check(None, 1, Some("a"));
        check(None, -1, Some("b"));
        check(Some("a"), 1, Some("b"));
        check(Some("b"), 1, Some("b"));
        check(Some("a"), -1, Some("a"));
        check(Some("gone"), 1, Some("a"));
        assert_eq!(neighbour(&[], None, 1), None);
    }

    proptest! {
        /// Whatever arrives in whatever order: sorted, nothing twice, only what belongs.
        #[test]
        fn a_list_stays_a_list(frames in prop::collection::vec((0u8..6, 0i64..50, 0u64..9, 0u8..3), 0..60)) {
            let shown = Shown { view: View::Waiting, searched: false, whole: true };
            let mut lines = Vec::new();
            for (id, at, seq, kind) in frames {
                let owner = match kind { 0 => queue(), 1 => mine(), _ => Owner::Nobody };
                merge(&mut lines, &shown, &me(), line(&format!("c{id}"), owner, at, seq));
            }
            prop_assert!(lines.is_sorted_by_key(|l| key(l, View::Waiting)));
            prop_assert!(lines.iter().all(|l| belongs(l, View::Waiting, &me())));
            let mut ids: Vec<_> = lines.iter().map(|l| l.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), lines.len());
        }
    }
}
