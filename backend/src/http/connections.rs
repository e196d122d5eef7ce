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

/// How long a client may take to send the head of a request, or be silent between two requests.
const HEAD: Duration = Duration::from_secs(20);
/// How long a stop waits for the requests under way; what is not here by then was not acknowledged.
const LAST: Duration = Duration::from_secs(5);

/// Serves `app` on `listener` until `stop` fires; then takes in nothing new and answers when the
/// requests under way have ended, or have had their time.
///
/// `axum::serve` would do but for one thing: it lets a client take forever over the head of a
/// request, so that a stranger could hold every file descriptor with a few bytes an hour.
pub async fn serve(mut listener: TcpListener, app: Router, stop: CancellationToken) {
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
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
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
