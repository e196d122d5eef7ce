//! Against real sockets, most of which do not behave.

use std::net::SocketAddr;

use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;

/// Short enough for a test, long enough for a busy machine.
const SHORT: Bounds = Bounds {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_millis(400),
    stall: Duration::from_millis(400),
    bytes: 1000,
};

/// A server on loopback that treats every connection as `behave` says, once its request is there.
async fn server<F, R>(behave: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            tokio::spawn(behave(stream));
        }
    });
    address
}

fn egress(listed: &str) -> Egress {
    Egress::new(listed.parse().unwrap(), SHORT).unwrap()
}

fn get(url: &str) -> http::Request<Bytes> {
    http::Request::get(url).body(Bytes::new()).unwrap()
}

async fn call(egress: &Egress, url: &str) -> Result<String, EgressError> {
    egress.send(get(url)).await?.body.beginning(10_000).await
}

async fn say(mut stream: TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes()).await;
}

#[tokio::test]
async fn private_addresses_need_the_operators_word() {
    let at = server(|stream| say(stream, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")).await;
    let port = at.port();
    let nobody = egress("");
    let private = |host: &str| Err(EgressError::Private(host.to_owned()));
    for host in ["127.0.0.1", "[::1]", "169.254.169.254", "2130706433", "0x7f.1", "[::ffff:7f00:1]"]
    {
        let refused = call(&nobody, &format!("https://{host}:{port}/")).await;
        assert!(matches!(refused, Err(EgressError::Private(_))), "{host}: {refused:?}");
    }
    // A name that resolves to loopback.
    assert_eq!(call(&nobody, &format!("https://localhost:{port}/")).await, private("localhost"));
    let listed = egress(&format!("127.0.0.1:{port},localhost"));
    assert_eq!(call(&listed, &format!("http://127.0.0.1:{port}/")).await.as_deref(), Ok("hi"));
    assert_eq!(call(&listed, &format!("http://localhost:{port}/")).await.as_deref(), Ok("hi"));
    // Another port of the listed host is another server.
    assert_eq!(call(&listed, "https://127.0.0.1:9/").await, private("127.0.0.1"));
}

#[tokio::test]
async fn only_web_addresses_and_no_plain_text_in_public() {
    let egress = egress("");
    for bad in ["file:///etc/passwd", "ftp://1.1.1.1/", "https://a:b@1.1.1.1/", "nonsense"] {
        assert!(matches!(egress.check(bad), Err(EgressError::Address(_))), "{bad}");
    }
    assert_eq!(egress.check("http://1.1.1.1/"), Err(EgressError::Plain("1.1.1.1".to_owned())));
    assert_eq!(egress.check("https://1.1.1.1/"), Ok(()));
}

#[tokio::test]
async fn a_redirect_is_an_answer_not_an_order() {
    let inside = server(|_| async { panic!("nobody may come here") }).await;
    let redirect =
        format!("HTTP/1.1 302 Found\r\nlocation: http://{inside}/\r\ncontent-length: 0\r\n\r\n");
    let at = server(move |stream| {
        let redirect = redirect.clone();
        async move { say(stream, &redirect).await }
    })
    .await;
    let answer = egress("127.0.0.1").send(get(&format!("http://{at}/"))).await.unwrap();
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn what_does_not_answer_or_does_not_end_is_given_up() {
    let egress = egress("127.0.0.1,localhost");
    let check = |url: String, wanted: EgressError| {
        let egress = egress.clone();
        async move { assert_eq!(call(&egress, &url).await, Err(wanted)) }
    };
    let silent = server(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    });
    let quick = egress.within(Bounds { connect: Duration::ZERO, ..SHORT });
    let nothing = call(&quick, &format!("http://{}/", silent.await)).await;
    assert_eq!(nothing, Err(EgressError::Silent(SHORT.first_byte)));
    let stalls = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
        std::future::pending::<()>().await;
    });
    check(format!("http://{}/", stalls.await), EgressError::Stalled(SHORT.stall)).await;
    let endless = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 100]).await.is_ok() {}
    });
    check(format!("http://{}/", endless.await), EgressError::TooLarge(SHORT.bytes)).await;
}

#[tokio::test]
async fn what_went_wrong_is_said_in_words() {
    let egress = egress("127.0.0.1,nowhere.invalid");
    let unknown = call(&egress, "https://nowhere.invalid/").await;
    assert_eq!(unknown, Err(EgressError::Unknown("nowhere.invalid".to_owned())));
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = call(&egress, &format!("http://{closed}/")).await;
    assert!(matches!(refused, Err(EgressError::Unreachable(..))), "{refused:?}");
    // Plain text where TLS is spoken.
    let plain = server(|stream| say(stream, "HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    let no_tls = call(&egress, &format!("https://{plain}/")).await;
    assert!(matches!(no_tls, Err(EgressError::Certificate(..))), "{no_tls:?}");
    let broken = server(|stream| say(stream, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"));
    let half = call(&egress, &format!("http://{}/", broken.await)).await;
    assert!(matches!(half, Err(EgressError::Broken(_))), "{half:?}");
}

#[tokio::test]
async fn pieces_come_as_they_are_sent() {
    let at = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\none").await;
        std::future::pending::<()>().await;
    });
    let answer = egress("127.0.0.1").send(get(&format!("http://{}/", at.await))).await.unwrap();
    let mut body = answer.body;
    assert_eq!(body.next().await, Some(Ok(Bytes::from_static(b"one"))));
}
