//! What files come to, the hostile ones too.

use proptest::prelude::*;

use super::*;

fn one(kind: Kind, name: &str, text: &str) -> Piece {
    let mut pieces = read(kind, name, text.as_bytes()).expect("a file that can be read");
    assert_eq!(pieces.len(), 1, "{pieces:?}");
    pieces.remove(0)
}

#[test]
fn each_kind_is_told_by_its_name() {
    for (name, kind) in [
        ("a.md", Some(Kind::Markdown)),
        ("A.HTM", Some(Kind::Html)),
        ("faq.csv", Some(Kind::Csv)),
        ("x.tar.pdf", Some(Kind::Pdf)),
        ("notes.txt", Some(Kind::Text)),
        ("a.docx", None),
        ("pdf", None),
        ("", None),
    ] {
        assert_eq!(Kind::of(name), kind, "{name}");
    }
}

#[test]
fn text_and_markdown_become_an_article() {
    let plain = one(Kind::Text, "returns_policy-2024.txt", "30 days.\r\n\r\nFree.");
    assert_eq!(
        (plain.title.as_str(), plain.body.as_str()),
        ("returns policy 2024", "30 days.\n\nFree.")
    );
    let headed = one(Kind::Markdown, "x.md", "# Our *returns*\n\n30 days.");
    assert_eq!((headed.title.as_str(), headed.body.as_str()), ("Our returns", "30 days."));
    let full = one(
        Kind::Markdown,
        "x.md",
        "+++\ntitle = \"R\"\nlanguage = \"de\"\nquestions = [\"Wie?\"]\n+++\nSo.",
    );
    assert_eq!(
        (full.language.as_deref(), &full.questions[..]),
        (Some("de"), &["Wie?".to_owned()][..])
    );
    let fault = read(Kind::Markdown, "x.md", b"+++\ntitel = \"R\"\n+++\nSo.");
    assert!(matches!(fault, Err(Unreadable::Head(_))), "{fault:?}");
}

#[test]
fn a_page_is_read_without_what_is_not_its_text() {
    let html = "<!doctype html><html><head><title>Shop &amp; Co</title><style>p{}</style></head><body>\
        <nav><a href=/>Home</a></nav><h1>Returns</h1><p>You have <b>30 days</b>, see <a href=\"https://a.example/b\">here</a>.</p>\
        <ul><li>One<li>Two</ul><table><tr><th>To<th>Days</tr><tr><td>Spain<td>2</tr></table>\
        <script>alert('evil')</script><img src=x onerror=alert(1)><footer>Imprint</footer></body></html>";
    let page = one(Kind::Html, "x.html", html);
    assert_eq!(page.title, "Returns");
    assert!(page.body.contains("**30 days**, see [here](https://a.example/b)"), "{}", page.body);
    assert!(page.body.contains("One") && page.body.contains("Spain"), "{}", page.body);
    for bad in ["evil", "onerror", "Home", "Imprint", "p{}", "<"] {
        assert!(!page.body.contains(bad), "{bad}: {}", page.body);
    }
    assert_eq!(
        one(Kind::Html, "x.html", "<title>Shop &amp; Co</title><p>Hi there").title,
        "Shop & Co"
    );
    assert_eq!(one(Kind::Html, "my_page.html", "<p>Hi there").title, "my page");
}

#[test]
fn rows_with_the_same_answer_are_one_article() {
    let csv = "Question;Answer;Language\nHow long?;\"Two days;\nat most\";de\n\n;;\nHow many days?;\"Two days;\nat most\";de\nWho?;We.;\n";
    let pieces = read(Kind::Csv, "faq.csv", csv.as_bytes()).expect("a table");
    assert_eq!(pieces.len(), 2);
    assert_eq!((pieces[0].title.as_str(), pieces[0].questions.len()), ("How long?", 2));
    assert_eq!(
        (pieces[0].body.as_str(), pieces[0].language.as_deref()),
        ("Two days;\nat most", Some("de"))
    );
    for (csv, fault) in [
        ("a,b\n1,2\n", Unreadable::Columns),
        ("question,answer\nHow?,\n", Unreadable::Row(2)),
        ("question,answer\nA?,b\n,x\n", Unreadable::Row(3)),
        ("question,answer\n", Unreadable::Empty),
        ("", Unreadable::Columns),
    ] {
        assert_eq!(read(Kind::Csv, "x.csv", csv.as_bytes()), Err(fault), "{csv}");
    }
    let long = format!("question,answer\n{},b\n", "x".repeat(301));
    assert_eq!(read(Kind::Csv, "x.csv", long.as_bytes()), Err(Unreadable::Row(2)));
    let many = (0..1_100).map(|n| format!("q{n},a{n}\n")).collect::<Vec<_>>().concat();
    let many = format!("question,answer\n{many}");
    assert_eq!(read(Kind::Csv, "x.csv", many.as_bytes()), Err(Unreadable::TooMuch));
}

/// A PDF of one page with this text.
fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let start = file.len();
    file.extend(b"xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

#[test]
fn the_text_of_a_pdf_is_read() {
    let pieces = read(Kind::Pdf, "manual.pdf", &pdf("Parrots travel by courier")).expect("a PDF");
    assert_eq!(
        (pieces[0].title.as_str(), pieces[0].body.as_str()),
        ("manual", "Parrots travel by courier")
    );
    assert_eq!(read(Kind::Pdf, "x.pdf", &pdf("")), Err(Unreadable::Pictures));
    for broken in [&b""[..], b"hello", b"%PDF-1.4", b"%PDF-1.4\ntrailer<</Root 1 0 R>>\n%%EOF"] {
        assert_eq!(read(Kind::Pdf, "x.pdf", broken), Err(Unreadable::Broken));
    }
}

#[test]
fn what_is_no_text_or_too_much_is_refused() {
    assert_eq!(read(Kind::Text, "x.txt", b"\xff\xfe\x00a"), Err(Unreadable::Encoding));
    assert_eq!(read(Kind::Text, "x.txt", b"a\0b"), Err(Unreadable::Broken));
    assert_eq!(read(Kind::Text, "x.txt", b" \n "), Err(Unreadable::Empty));
    assert_eq!(read(Kind::Html, "x.html", b"<script>only()</script>"), Err(Unreadable::Empty));
    let huge = "word ".repeat(1_000_000);
    assert_eq!(read(Kind::Text, "x.txt", huge.as_bytes()), Err(Unreadable::TooMuch));
}

#[test]
fn a_long_text_is_divided_between_paragraphs() {
    let long =
        format!("{}\n\n{}", "A paragraph of some words.\n\n".repeat(5_000), "é".repeat(50_000));
    let parts = read(Kind::Text, "manual.txt", long.as_bytes()).expect("a text");
    assert!(parts.len() > 2);
    assert!(parts.iter().all(|part| part.body.len() <= ARTICLE_BYTES && !part.body.is_empty()));
    assert_eq!(parts[1].title, "manual (2)");
    let words = |text: &str| text.split_whitespace().map(str::len).sum::<usize>();
    assert_eq!(
        parts.iter().map(|part| words(&part.body)).sum::<usize>(),
        words(&long),
        "nothing is lost"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_bytes_are_articles_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        for kind in [Kind::Markdown, Kind::Text, Kind::Html, Kind::Csv] {
            let _ = read(kind, "x", &bytes);
            if let Ok(pieces) = read(kind, "x", text.as_bytes()) {
                prop_assert!(pieces.iter().all(|it| !it.title.trim().is_empty() && !it.body.trim().is_empty()));
            }
        }
    }
}
