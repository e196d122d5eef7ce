//! One connection of a page, by WebSocket or as server-sent events, until it has seen what it waits
//! for or the connection is cut.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde::de::DeserializeOwned;
use shared::{
    event::Event,
    fleeting::Fleeting,
    id::{ConversationId, Seq},
    live::{ClientFrame, LiveFrame},
};
use tokio::time::timeout;
use tokio_tungstenite::{connect_async, tungstenite::Message};

use super::page::Page;

/// A server that says nothing for so long has forgotten the page.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a page follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By WebSocket.
    Socket,
    /// As server-sent events.
    Events,
}

impl Way {
    /// Half of the pages each.
    pub fn of(page: u64) -> Self {
        if page.is_multiple_of(2) { Self::Socket } else { Self::Events }
    }
}

/// Who follows what.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The visitor's token.
    pub token: String,
    /// Their conversation.
    pub conversation: ConversationId,
    /// For server-sent events.
    pub http: reqwest::Client,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All was seen.
    Complete,
    /// It was cut.
    Cut,
    /// The server still holds too many that were cut: to be tried again.
    TooMany,
}

impl Reader {
    /// Follows over `address` from what `page` has seen, until that is event `last`; an error says
    /// which promise was broken.
    pub async fn follow(
        &self,
        way: Way,
        address: SocketAddr,
        page: &mut Page,
        last: Seq,
    ) -> Result<Ended, String> {
        match way {
            Way::Socket => self.socket(address, page, last).await,
            Way::Events => self.events(address, page, last).await,
        }
    }

    async fn socket(
        &self,
        address: SocketAddr,
        page: &mut Page,
        last: Seq,
    ) -> Result<Ended, String> {
        let Ok((mut socket, _)) = connect_async(format!("ws://{address}/api/v1/live")).await else {
            return Ok(Ended::Cut);
        };
        let hello = ClientFrame::Hello { token: Some(self.token.clone()) };
        let mut say = vec![hello];
        let mut caught_up = false;
        loop {
            for frame in say.drain(..) {
                let text = serde_json::to_string(&frame).map_err(|error| error.to_string())?;
                if socket.send(Message::text(text)).await.is_err() {
                    return Ok(Ended::Cut);
                }
            }
            if caught_up && page.seq() >= last {
                return Ok(Ended::Complete);
            }
            let heard = timeout(PATIENCE, socket.next()).await;
            let text = match heard.map_err(|_| silence(page))? {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                // Cut, or told to come back.
                _ => return Ok(Ended::Cut),
            };
            match read(&text)? {
                LiveFrame::Ready => {
                    let conversation = self.conversation.clone();
                    page.subscribes();
                    say.push(ClientFrame::Subscribe { conversation, after: page.seq() });
                }
                LiveFrame::Event { event, .. } => page.take(*event)?,
                LiveFrame::CaughtUp { seq, .. } if caught_up || seq < page.seq() => {
                    return Err(format!("caught up to {seq} after event {}", page.seq()));
                }
                LiveFrame::CaughtUp { .. } => caught_up = true,
                LiveFrame::Fleeting { what, .. } => page.hear(what)?,
                LiveFrame::Error { code, .. } if code == "too_many" => return Ok(Ended::TooMany),
                frame => return Err(format!("unasked: {frame:?}")),
            }
        }
    }

    async fn events(
        &self,
        address: SocketAddr,
        page: &mut Page,
        last: Seq,
    ) -> Result<Ended, String> {
        let url = format!("http://{address}/api/v1/conversations/{}/events", self.conversation);
        let request = self.http.get(url).bearer_auth(&self.token);
        let request = request.header("accept", "text/event-stream");
        let Ok(answer) = request.header("last-event-id", page.seq().to_string()).send().await
        else {
            return Ok(Ended::Cut);
        };
        if answer.status().as_u16() == 429 {
            return Ok(Ended::TooMany);
        }
        if !answer.status().is_success() {
            return Err(format!("refused: {}", answer.status()));
        }
        page.subscribes();
        let mut pieces = answer.bytes_stream();
        let mut parser = Parser::default();
        while page.seq() < last {
            let heard = timeout(PATIENCE, pieces.next()).await;
            let Some(Ok(piece)) = heard.map_err(|_| silence(page))? else { return Ok(Ended::Cut) };
            for told in parser.take(&piece) {
                match (told.name.as_str(), &told.id) {
                    ("draft" | "typing" | "turn", None) => {
                        page.hear(read::<Fleeting>(&told.data)?)?;
                    }
                    (_, Some(id)) => {
                        let event: Event = read(&told.data)?;
                        if *id != event.seq.to_string() {
                            return Err(format!("event {} under the id {id}", event.seq));
                        }
                        page.take(event)?;
                    }
                    _ => return Err(format!("unasked: {told:?}")),
                }
            }
        }
        Ok(Ended::Complete)
    }
}

fn silence(page: &Page) -> String {
    format!("nothing after event {}", page.seq())
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("{error} in {text}"))
}

/// One server-sent event.
#[derive(Debug, Default)]
struct Told {
    name: String,
    id: Option<String>,
    data: String,
}

/// Reads server-sent events as the standard has it: what no empty line ends was never sent.
#[derive(Default)]
struct Parser {
    line: Vec<u8>,
    told: Told,
}

impl Parser {
    fn take(&mut self, piece: &[u8]) -> Vec<Told> {
        let mut all = Vec::new();
        for byte in piece {
            if *byte != b'\n' {
                self.line.push(*byte);
                continue;
            }
            let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
            if line.is_empty() {
                let told = std::mem::take(&mut self.told);
                all.extend((!told.data.is_empty()).then_some(told));
            } else if let Some((field, value)) = line.split_once(':') {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "event" => value.clone_into(&mut self.told.name),
                    "id" => self.told.id = Some(value.to_owned()),
                    "data" => self.told.data.push_str(value),
                    _ => {}
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_empty_line_ends_was_never_sent() {
        let stream =
            b"retry: 7\n\nevent: message\nid: 3\ndata: {}\n\n: hi\n\nevent: turn\ndata: {}\n";
        let ends = stream.iter().position(|byte| *byte == b'}').expect("there") + 3;
        for cut in 0..=stream.len() {
            let mut parser = Parser::default();
            let mut told = parser.take(&stream[..cut / 2]);
            told.extend(parser.take(&stream[cut / 2..cut]));
            let ids: Vec<_> = told.iter().filter_map(|told| told.id.as_deref()).collect();
            assert_eq!(ids, if cut >= ends { vec!["3"] } else { vec![] }, "cut at {cut}");
        }
    }
}
