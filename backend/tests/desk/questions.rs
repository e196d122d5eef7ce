//! General questions, as people put them.

use crate::check::{
    Expect::{Lacks, NoRefund, Owner, Refunded, Says, Waits},
    MARIA, PEOPLE, STRANGER, check,
};

const HOURS: &str = "Monday to Friday, 9:00 to 17:00";

#[tokio::test]
async fn opening_hours_are_told_however_they_are_asked_for() {
    for asked in [
        "hours?",
        "what are your opening hours?",
        "when do you open",
        "when do you close?",
        "when are you guys open",
        "Until when can I reach somebody today?",
        "till when are you there",
        "what time does support open tomorrow",
        "how late are you open",
        "opening times pls",
        "whats your hours",
        "When is someone at the desk?",
        "from when to when do you answer?",
    ] {
        check(STRANGER, &[asked], &[Says(HOURS), Owner("triage")]).await;
    }
    // The clock of these tests stands on a Wednesday morning.
    for asked in ["are you open right now?", "are you open now", "is support open today?"] {
        check(STRANGER, &[asked], &[Says("Yes. People answer"), Says(HOURS)]).await;
    }
    for asked in ["are you open on sunday", "do you work on Sundays?", "Sunday hours?"] {
        check(STRANGER, &[asked], &[Says("not on Sunday"), Says(HOURS)]).await;
    }
    check(STRANGER, &["Are you there on Mondays?"], &[Says("Yes, on Monday")]).await;
    for asked in ["are you open at the weekend?", "do you work weekends"] {
        check(STRANGER, &[asked], &[Says("not on weekends"), Says(HOURS)]).await;
    }
    for asked in ["are you closed on public holidays?", "do you work on christmas"] {
        check(STRANGER, &[asked], &[Says("public holidays nobody is at the desk")]).await;
    }
}

#[tokio::test]
async fn who_asks_again_is_answered_again() {
    for asked in ["what are your opening hours?", "hours?", "are you closed on public holidays?"] {
        let again = [Says("9:00 to 17:00"), Says("As I said:"), Says("Once more:"), Lacks("above")];
        check(STRANGER, &[asked, asked, asked], &again).await;
    }
    check(
        MARIA,
        &["when do you open?", "where is A1002?", "and when do you open?"],
        &[Says(HOURS)],
    )
    .await;
}

/// Some 1,500 characters about nothing.
fn rant() -> String {
    "I have been a loyal customer of yours for many years and I always told my friends about you. \
     Last week it rained all day and the courier left a wet box in front of the wrong door. "
        .repeat(8)
}

#[tokio::test]
async fn what_counts_is_found_wherever_it_stands_in_a_rant() {
    let check = async |words: &str, customer, expected: &[_]| {
        for text in [format!("{}{words}", rant()), format!("{0}{words} {0}", rant())] {
            check(customer, &[&text], expected).await;
        }
    };
    check("Please refund order A1002.", MARIA, &[Waits("A1002 320.00 EUR")]).await;
    let twice = "I was charged twice for order A1001 and want my money back!";
    check(twice, MARIA, &[Refunded("A1001 49.00 EUR")]).await;
    check("I want to talk to a real person.", STRANGER, &[PEOPLE, NoRefund]).await;
    check("Where is my order A1002?", MARIA, &[Says("A1002 from"), NoRefund]).await;
    check("What are your opening hours?", STRANGER, &[Says(HOURS)]).await;
}
