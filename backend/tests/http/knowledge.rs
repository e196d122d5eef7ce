//! The knowledge base: what an administrator writes, agents answer from, and nothing else.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, Caller, TestDesk};

fn parrots() -> Value {
    json!({
        "title": "Selling parrots", "language": "en", "collection": "animals",
        "questions": ["Do you sell parrots?"],
        "body": "We sell parrots. They travel in a **ventilated** crate, by courier, on weekdays only.",
    })
}

/// What an agent answers to a new visitor: its words, and the addresses that it cites.
async fn answer(desk: &TestDesk, question: &str) -> (String, Vec<String>) {
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let turn = visitor.turn(&id, "q", question).await;
    let said =
        turn.iter().filter(|(name, data)| name == "message" && data["author"]["kind"] == "agent");
    let (mut text, mut cited) = (String::new(), Vec::new());
    for (_, message) in said {
        text.push_str(message["text"].as_str().unwrap());
        let sources = message["sources"].as_array().into_iter().flatten();
        cited.extend(sources.map(|it| it["url"].as_str().unwrap().to_owned()));
    }
    (text, cited)
}

async fn page(desk: &TestDesk, path: &str) -> Answer {
    Answer::of(desk.request(Method::GET, path)).await
}

#[tokio::test]
async fn what_is_written_is_answered_at_once_and_its_link_opens() {
    const QUESTION: &str = "Do you sell parrots?";
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    assert!(!answer(&desk, QUESTION).await.0.contains("ventilated"));

    let written = admin.post("/knowledge/articles", parrots()).await.ok();
    let own = "/knowledge/articles/selling-parrots";
    assert_eq!(written["slug"], "selling-parrots", "made of the title");
    assert_eq!((&written["origin"], &written["updated_by"]), (&json!("desk"), &json!("Admin")));
    let (said, cited) = answer(&desk, QUESTION).await;
    assert!(said.contains("ventilated crate"), "{said}");
    assert_eq!(cited, ["/help/selling-parrots"]);
    let shown = page(&desk, &cited[0]).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.as_str().unwrap().contains("<strong>ventilated</strong>"));

    let mut changed = parrots();
    changed["body"] = json!("We sell parrots by hot-air balloon.");
    changed["url"] = json!("https://shop.example/parrots");
    admin.put(own, changed).await.ok();
    let (said, cited) = answer(&desk, QUESTION).await;
    assert!(said.contains("balloon") && !said.contains("ventilated"), "{said}");
    assert_eq!(cited, ["https://shop.example/parrots"]);
    // An earlier answer cites Baton's page; it leads on to the site's own.
    let old = page(&desk, "/help/selling-parrots").await;
    assert_eq!((old.status.as_u16(), old.header("location")), (307, cited[0].as_str()));

    assert_eq!(admin.delete(own).await.status, 204);
    assert!(!answer(&desk, QUESTION).await.0.contains("balloon"));
    assert_eq!(page(&desk, "/help/selling-parrots").await.status, 404);
    admin.get(own).await.refused(404, "not_found");

    let audit =
        admin.get("/audit?actions=article_added,article_changed,article_deleted").await.ok();
    let entry = |at: usize| audit["entries"][at]["action"].as_str().unwrap();
    assert_eq!(
        [entry(0), entry(1), entry(2)],
        ["article_deleted", "article_changed", "article_added"]
    );
    assert_eq!(audit["entries"][0]["actor"], "Admin");
    desk.finish().await;
}

#[tokio::test]
async fn what_was_written_outlives_a_restart_and_the_demos_articles_are_put_there_once() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    admin.post("/knowledge/articles", parrots()).await.ok();
    assert_eq!(admin.delete("/knowledge/articles/gift-cards").await.status, 204);
    let before = admin.get("/knowledge/articles").await.ok();
    let desk = desk.restart().await;
    let admin = desk.admin().await;
    assert_eq!(admin.get("/knowledge/articles").await.ok(), before);
    assert!(answer(&desk, "Do you sell parrots?").await.0.contains("ventilated"));
    admin.get("/knowledge/articles/gift-cards").await.refused(404, "not_found");
    desk.finish().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let before = admin.get("/knowledge/articles").await.ok();
    let long = |chars: usize| Value::String("x".repeat(chars));
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("two\nlines")),
        ("title", long(301)),
        ("body", json!(" \n ")),
        ("body", long(64 * 1024 + 1)),
        ("body", Value::String("é".repeat(40_000))),
        ("url", json!("javascript:alert(1)")),
        ("url", json!("//evil.example")),
        ("url", json!("https://a.example/ x")),
        ("url", Value::String(format!("https://a.example/{}", "x".repeat(500)))),
        ("language", json!("English")),
        ("language", json!("\"><script>")),
        ("questions", json!(["", "ok"])),
        ("questions", json!([long(301)])),
        ("questions", Value::Array(vec![json!("how?"); 101])),
        ("collection", json!("")),
        ("collection", long(81)),
        ("collection", json!("a\nb")),
    ] {
        let mut article = parrots();
        article[field] = value;
        let refused = admin.post("/knowledge/articles", article).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], field);
    }
    for slug in ["../x", "a b", "", ".well-known"] {
        let mut article = parrots();
        article["slug"] = json!(slug);
        let refused = admin.post("/knowledge/articles", article).await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{slug}: {}", refused.body);
    }
    let mut taken = parrots();
    taken["slug"] = json!("returns");
    admin.post("/knowledge/articles", taken).await.refused(409, "taken");
    let mut huge = parrots();
    huge["body"] = long(300 * 1024);
    admin.post("/knowledge/articles", huge).await.refused(413, "too_large");
    let mut sly = parrots();
    sly["origin"] = json!("desk");
    sly["updated_by"] = json!("somebody");
    let added = admin.post("/knowledge/articles", sly).await;
    assert!(added.status == 400 || added.body["updated_by"] == "Admin", "{}", added.body);
    if added.status == 200 {
        assert_eq!(admin.delete("/knowledge/articles/selling-parrots").await.status, 204);
    }
    assert_eq!(admin.get("/knowledge/articles").await.ok(), before);
    let query = "x".repeat(201);
    admin.get(&format!("/knowledge/articles?q={query}")).await.refused(422, "invalid");
    admin.get("/knowledge/articles?after=nowhere").await.refused(422, "invalid");
    admin.post("/knowledge/try", json!({ "question": "" })).await.refused(422, "invalid");
    admin
        .post("/knowledge/try", json!({ "question": "x".repeat(5_000) }))
        .await
        .refused(422, "invalid");
    desk.finish().await;
}

#[tokio::test]
async fn the_list_is_filtered_and_paged() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    for n in 0..60 {
        let article = json!({
            "title": format!("Numéro {n:02}"), "body": "Rien à dire.", "language": "fr",
            "collection": "numbers",
        });
        admin.post("/knowledge/articles", article).await.ok();
    }
    let list = async |query: &str| admin.get(&format!("/knowledge/articles?{query}")).await.ok();
    let first = list("collection=numbers").await;
    assert_eq!((&first["total"], first["articles"].as_array().unwrap().len()), (&json!(60), 50));
    let rest = list(&format!("collection=numbers&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!((rest["articles"].as_array().unwrap().len(), &rest["next"]), (10, &Value::Null));
    assert_eq!(rest["articles"][0]["title"], "Numéro 50");
    assert_eq!(list("language=fr").await["total"], 60);
    assert_eq!(list("language=fr&collection=shop").await["total"], 0);
    assert_eq!(list("q=num%C3%A9ro%2007").await["articles"][0]["slug"], "numero-07");
    assert_eq!(first["languages"], json!(["en", "fr"]));
    assert_eq!(
        first["collections"][0],
        json!({ "name": "numbers", "articles": 60, "read_only": false })
    );
    desk.finish().await;
}

#[tokio::test]
async fn a_tried_question_says_what_was_found_and_why_not_more() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let ask = async |body: Value| admin.post("/knowledge/try", body).await.ok();
    let found = ask(json!({ "question": "how long does shiping take" })).await;
    assert_eq!(found["passages"][0]["slug"], "shipping");
    assert_eq!(found["passages"][0]["url"], "/help/shipping");
    assert!(found["passages"][0]["score"].as_f64().unwrap() >= found["needed"].as_f64().unwrap());
    assert!(found["words"].as_array().unwrap().iter().any(|it| it["taken_for"] == "ship"));
    let foreign = ask(json!({ "question": "who won the football match" })).await;
    assert_eq!(foreign["passages"], json!([]));
    assert!(["unknown_words", "not_about"].contains(&foreign["why"].as_str().unwrap()));
    let elsewhere = ask(json!({ "question": "shipping", "collections": ["animals"] })).await;
    assert_eq!(elsewhere["why"], "no_articles");
    desk.finish().await;
}

#[tokio::test]
async fn an_agent_answers_from_its_collections_only() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    admin.post("/knowledge/articles", parrots()).await.ok();
    hold_to(&admin, &["animals"]).await;
    assert!(answer(&desk, "Do you sell parrots?").await.0.contains("ventilated"));
    let (said, cited) = answer(&desk, "How long does shipping take?").await;
    assert!(cited.is_empty() && !said.contains("days"), "{said}");
    hold_to(&admin, &["shop"]).await;
    assert_eq!(answer(&desk, "How long does shipping take?").await.1, ["/help/shipping"]);
    assert!(!answer(&desk, "Do you sell parrots?").await.0.contains("ventilated"));

    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    for wrong in [json!([""]), json!(vec!["x".repeat(81)]), json!(vec!["a"; 51])] {
        spec["collections"] = wrong;
        admin.put("/agents/triage/draft", spec.clone()).await.refused(422, "invalid");
    }
    desk.finish().await;
}

/// Publishes triage with these collections.
async fn hold_to(admin: &Caller<'_>, collections: &[&str]) {
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["collections"] = json!(collections);
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
}

#[tokio::test]
async fn the_page_of_an_article_is_safe_whatever_it_says() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let article = json!({
        "title": "\"><script>alert(1)</script>", "slug": "evil", "language": "de", "collection": "x",
        "body": "<script>alert(2)</script>\n\n[x](javascript:alert(3)) ![y](https://evil.example/z.png)\n\n</main><b onclick=x>",
    });
    admin.post("/knowledge/articles", article).await.ok();
    let shown = page(&desk, "/help/evil").await;
    let html = shown.body.as_str().unwrap();
    assert!(html.contains("<html lang=\"de\">"));
    for bad in ["<script", "javascript:alert(3)\"", "<img", "<b onclick", "evil.example"] {
        assert!(!html.contains(bad), "{bad} in {html}");
    }
    let policy = shown.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    for unknown in ["/help/nothing", "/help/..%2f", "/help/%00", "/help/"] {
        assert_eq!(page(&desk, unknown).await.status, 404, "{unknown}");
    }
    desk.finish().await;
}

#[tokio::test]
async fn a_folder_stays_the_truth_of_its_own_articles() {
    let folder = TempDir::new().unwrap();
    let text = "+++\ntitle = \"Parrots by post\"\n+++\nParrots travel in a ventilated crate.\n";
    fs::write(folder.path().join("parrots.md"), text).unwrap();
    let path = folder.path().to_owned();
    let desk = TestDesk::start_with(|config| config.knowledge = Some(path)).await;
    let admin = desk.admin().await;
    let list = admin.get("/knowledge/articles").await.ok();
    assert_eq!(list["total"], 1, "the demo's articles are not mixed in");
    assert_eq!(list["articles"][0]["read_only"], true);
    assert_eq!(list["articles"][0]["source"], "parrots.md");
    let own = "/knowledge/articles/parrots";
    admin.put(own, parrots()).await.refused(409, "read_only");
    admin.delete(own).await.refused(409, "read_only");
    admin.post("/knowledge/articles", parrots()).await.ok();
    assert_eq!(admin.get("/knowledge/articles").await.ok()["total"], 2);
    assert_eq!(page(&desk, "/help/parrots").await.status, 200);
    desk.finish().await;
}

#[tokio::test]
async fn what_nothing_covers_is_listed_until_it_is_answered_or_dismissed() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let list = async || admin.get("/knowledge/unanswered").await.ok()["questions"].clone();
    assert_eq!(list().await, json!([]));
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    visitor.turn(&id, "a", "Do you sell parrots?").await;
    answer(&desk, "do you sell a parrot??").await;
    answer(&desk, "How long does shipping take?").await;
    let open = list().await;
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
    assert_eq!(open[0]["question"], "do you sell a parrot??", "the newest words");
    let asked = open[0]["asked"].as_array().unwrap();
    assert_eq!((asked.len(), &asked[1]["conversation"]), (2, &json!(id)));
    assert_eq!(open[0]["covered_by"], Value::Null);

    admin.post("/knowledge/articles", parrots()).await.ok();
    assert_eq!(list().await[0]["covered_by"]["slug"], "selling-parrots");

    let desk = desk.restart().await;
    let admin = desk.admin().await;
    let list = async || admin.get("/knowledge/unanswered").await.ok()["questions"].clone();
    let kept = list().await;
    assert_eq!(kept[0]["asked"], open[0]["asked"], "a restart changes nothing");
    let done: Vec<Value> = asked
        .iter()
        .map(|it| json!({ "conversation": it["conversation"], "seq": it["seq"] }))
        .collect();
    let path = "/knowledge/unanswered/dismiss";
    assert_eq!(admin.post(path, json!({ "asked": done })).await.status, 204);
    assert_eq!(list().await, json!([]));
    let audit = admin.get("/audit?actions=question_dismissed").await.ok();
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1);
    // Nothing to dismiss leaves no entry.
    let unknown = json!({ "asked": [{ "conversation": "cnv_nothing", "seq": 3 }] });
    assert_eq!(admin.post(path, unknown).await.status, 204);
    admin.post(path, json!({ "asked": [] })).await.refused(422, "invalid");
    let flood = vec![json!({ "conversation": "cnv_nothing", "seq": 3 }); 501];
    admin.post(path, json!({ "asked": flood })).await.refused(422, "invalid");
    let audit = admin.get("/audit?actions=question_dismissed").await.ok();
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1);
    desk.finish().await;
}

/// Uploads a file into the collection `files`.
async fn upload(admin: &Caller<'_>, name: &str, bytes: &[u8]) -> Answer {
    let name = name.replace(' ', "%20");
    let path = format!("/knowledge/import?name={name}&collection=files");
    Answer::of(admin.request(Method::POST, &path).body(bytes.to_vec())).await
}

#[tokio::test]
async fn files_become_articles_that_are_answered_from() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let csv = "question,answer\nDo you sell parrots?,In a ventilated crate.\nWho feeds parrots?,The courier.\n";
    let first = upload(&admin, "my faq.csv", csv.as_bytes()).await.ok();
    assert_eq!((first["articles"].as_array().unwrap().len(), &first["replaced"]), (2, &json!(0)));
    let (said, cited) = answer(&desk, "Do you sell parrots?").await;
    assert!(said.contains("ventilated crate"), "{said}");
    assert_eq!(cited, ["/help/do-you-sell-parrots"]);

    // The same file again: what is gone from it goes, and links to what stayed stay good.
    let shorter = "question,answer\nDo you sell parrots?,By hot-air balloon.\n";
    let again = upload(&admin, "my faq.csv", shorter.as_bytes()).await.ok();
    assert_eq!(again["replaced"], 2);
    assert_eq!(again["articles"][0]["slug"], "do-you-sell-parrots");
    let list = admin.get("/knowledge/articles?collection=files").await.ok();
    assert_eq!((&list["total"], &list["articles"][0]["source"]), (&json!(1), &json!("my faq.csv")));
    assert!(answer(&desk, "Do you sell parrots?").await.0.contains("balloon"));

    let html = "<title>Feeding</title><h1>Feeding toucans</h1><p>Toucans eat fruit.<script>alert(1)</script>";
    let page = upload(&admin, "toucans.html", html.as_bytes()).await.ok();
    let slug = page["articles"][0]["slug"].as_str().unwrap().to_owned();
    let page = admin.get(&format!("/knowledge/articles/{slug}")).await.ok();
    assert_eq!(
        (&page["title"], &page["body"]),
        (&json!("Feeding toucans"), &json!("Toucans eat fruit."))
    );
    let german = "Wie die Papageien reisen, das ist nicht schwer: sie werden mit dem Kurier zu Ihnen gebracht.";
    let text = upload(&admin, "papageien.txt", german.as_bytes()).await.ok();
    let slug = text["articles"][0]["slug"].as_str().unwrap().to_owned();
    assert_eq!(admin.get(&format!("/knowledge/articles/{slug}")).await.ok()["language"], "de");
    desk.finish().await;
}

#[tokio::test]
async fn hostile_files_are_refused_in_words_and_leave_nothing() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let before = admin.get("/knowledge/articles").await.ok();
    let nested = "<div>".repeat(30_000);
    // A stream of 4 MB of nothing but zeros, many times over, in some kilobytes.
    let bomb = bomb();
    let bad_row = "question,answer\nGood?,Yes.\nBad?,\n";
    for (name, bytes, field) in [
        ("a.exe", &b"MZ"[..], "name"),
        ("nothing", b"x", "name"),
        ("empty.txt", b"", "file"),
        ("binary.md", b"\x00\x01\x02", "file"),
        ("latin.txt", b"caf\xe9", "file"),
        ("rows.csv", bad_row.as_bytes(), "file"),
        ("broken.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "file"),
        ("text.pdf", b"hello", "file"),
        ("bomb.pdf", &bomb, "file"),
    ] {
        let refused = upload(&admin, name, bytes).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], field, "{name}: {}", refused.body);
    }
    // However deep it is, it is read or left, and the desk goes on.
    let deep = upload(&admin, "deep.html", nested.as_bytes()).await;
    assert_eq!(deep.status, 422, "{}", deep.body);
    let large = upload(&admin, "large.txt", &vec![b'x'; 10 * 1024 * 1024 + 50_000]).await;
    large.refused(413, "too_large");
    let path = "/knowledge/import?name=a.txt&collection=%0A";
    Answer::of(admin.request(Method::POST, path).body("x")).await.refused(422, "invalid");
    let path = "/knowledge/import?name=a.txt&collection=x&language=Klingon";
    Answer::of(admin.request(Method::POST, path).body("x")).await.refused(422, "invalid");
    assert_eq!(admin.get("/knowledge/articles").await.ok(), before);
    desk.finish().await;
}

/// A PDF whose one page is a stream that grows to a gigabyte.
fn bomb() -> Vec<u8> {
    use std::io::Write;

    let mut squeezed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..1024 {
        squeezed.write_all(&zeros).unwrap();
    }
    let squeezed = squeezed.finish().unwrap();
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let mut object = |file: &mut Vec<u8>, text: &[u8]| {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", places.len()).bytes());
        file.extend(text);
        file.extend(b"\nendobj\n");
    };
    object(&mut file, b"<</Type/Catalog/Pages 2 0 R>>");
    object(&mut file, b"<</Type/Pages/Kids[3 0 R]/Count 1>>");
    object(
        &mut file,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
    );
    let head = format!("<</Length {}/Filter/FlateDecode>>\nstream\n", squeezed.len());
    object(&mut file, &[head.as_bytes(), &squeezed, b"\nendstream"].concat());
    let start = file.len();
    file.extend(b"xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}
