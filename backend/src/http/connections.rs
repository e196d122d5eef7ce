//! Connections: taken in, bounded in time, and ended in good order.

use std::{pin::pin, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Layer;

use super::stalled::Impatient;

/// How long a client may take to send the head of a request, or be silent between two requests.
const HEAD: Duration = Duration::from_secs(20);
/// How long a client may take nothing of what is sent to it. On a slow line the kernel says only
/// now and then that there is room again, so this is generous.
pub const STALL: Duration = Duration::from_mins(1);
/// How long a stop waits for the requests under way; what is not here by then was not acknowledged.
const LAST: Duration = Duration::from_secs(5);

/// Serves `app` on `listener` until `stop` fires; then takes in nothing new and answers when the
/// requests under way have ended, or have had their time. Whoever takes nothing of an answer for
/// `stall` is cut off.
///
/// `axum::serve` would do but for one thing: it lets a client take forever over the head of a
/// request, and over taking the answer, so that a stranger could hold every file descriptor with a few
/// bytes an hour.
pub async fn serve(
    mut listener: TcpListener,
    app: Router,
    stop: CancellationToken,
    stall: Duration,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let under_way = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            // Waits a moment by itself when no file descriptor is left.
            accepted = Listener::accept(&mut listener) => accepted,
        };
        // Small frames leave at once; without that they are only slower.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(app.clone()));
        let connection = http
            .serve_connection(TokioIo::new(Impatient::new(stream, stall)), service)
            .with_upgrades();
        let stop = stop.clone();
        under_way.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // A client that goes away in the middle is no news.
            if let Err(cause) = ended {
                tracing::debug!(%cause, "a connection ended");
            }
        });
    }
    drop(listener);
    under_way.close();
    if tokio::time::timeout(LAST, under_way.wait()).await.is_err() {
        tracing::warn!(requests = under_way.len(), "clients that did not come to an end are left");
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing::get};
    use futures_util::stream;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        time::{sleep, timeout},
    };

    use super::*;

    const PIECE: usize = 16 * 1024;
    /// Longer than anything here takes on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn who_takes_nothing_is_cut_off_and_who_reads_on_is_not() {
        let endless = get(|| async {
            let pieces = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![7; PIECE]));
            Body::from_stream(pieces)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (app, stop) = (Router::new().route("/", endless), CancellationToken::new());
        let stall = Duration::from_secs(1);
        let server = tokio::spawn(serve(listener, app, stop.clone(), stall));
        let ask = async || {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n").await.unwrap();
            client
        };
        let (silent, mut quick) = (ask().await, ask().await);
        let cut_off = async {
            let mut client = silent;
            let mut piece = vec![0; PIECE];
            // Whatever comes after the request finds the connection gone.
            while client.write_all(b"\r\n").await.is_ok() {
                quick.read_exact(&mut piece).await.expect("who reads is served on");
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, cut_off).await.expect("cut off");
        drop(quick);
        stop.cancel();
        timeout(PATIENCE, server).await.expect("it ends").unwrap();
    }
}
