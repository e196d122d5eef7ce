//! A proxy that cuts a connection after so many bytes of what the server sends.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Never.
pub const NEVER: u64 = u64::MAX;

/// A proxy in front of a server; it ends when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    after: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Begins in front of the server at `server`.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (after, passed) = (Arc::new(AtomicU64::new(NEVER)), Arc::new(AtomicU64::new(0)));
        let (cut, count) = (after.clone(), passed.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let after = cut.load(Ordering::SeqCst);
                count.store(0, Ordering::SeqCst);
                tokio::spawn(pass(client, server, after, count.clone()));
            }
        });
        Self { address, after, passed, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections from now on are cut after so many bytes of the server.
    pub fn cut_after(&self, bytes: u64) {
        self.after.store(bytes, Ordering::SeqCst);
    }

    /// How many bytes of the server the newest connection has passed on.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, after: u64, passed: Arc<AtomicU64>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let down = async {
            let mut left = after;
            let mut buffer = [0; 4096];
            while left > 0 {
                let room = usize::try_from(left).unwrap_or(buffer.len()).min(buffer.len());
                let Ok(read) = from_server.read(&mut buffer[..room]).await else { break };
                if read == 0 || to_client.write_all(&buffer[..read]).await.is_err() {
                    break;
                }
                left -= read as u64;
                passed.fetch_add(read as u64, Ordering::SeqCst);
            }
        };
        let up = tokio::io::copy(&mut from_client, &mut to_server);
        // Whatever the client has sent that far has arrived, as far as anybody knows.
        tokio::select! {
            () = down => {}
            _ = up => {}
        }
    }
    // Every second page is told nothing at all, as when a network goes away; neither port is kept.
    let _ = server.set_zero_linger();
    if after % 2 == 1 {
        let _ = client.set_zero_linger();
    }
}
