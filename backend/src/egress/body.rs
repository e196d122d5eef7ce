//! An answer's body: in pieces as they come, never without end, never for ever.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use super::EgressError;

/// The pieces of an answer's body.
pub struct Body(BoxStream<'static, Result<Bytes, EgressError>>);

impl Body {
    /// Of `response`, of which each piece may take `stall`, and all of it `most` bytes.
    pub(super) fn new(response: reqwest::Response, stall: Duration, most: usize) -> Self {
        let pieces = response.bytes_stream().boxed();
        let bounded = futures_util::stream::unfold(Some((pieces, 0)), move |state| async move {
            let (mut pieces, so_far) = state?;
            let piece = match tokio::time::timeout(stall, pieces.next()).await {
                Err(_) => return Some((Err(EgressError::Stalled(stall)), None)),
                Ok(None) => return None,
                Ok(Some(Err(why))) => {
                    return Some((Err(EgressError::Broken(EgressError::words(&why))), None));
                }
                Ok(Some(Ok(piece))) => piece,
            };
            let so_far = piece.len().saturating_add(so_far);
            if so_far > most {
                return Some((Err(EgressError::TooLarge(most)), None));
            }
            Some((Ok(piece), Some((pieces, so_far))))
        });
        Self(bounded.boxed())
    }

    /// The whole body, or its first `most` bytes, as text; what is not UTF-8 shows as such.
    pub async fn beginning(mut self, most: usize) -> Result<String, EgressError> {
        let mut bytes = Vec::new();
        while bytes.len() < most
            && let Some(piece) = self.next().await
        {
            bytes.extend_from_slice(&piece?);
        }
        bytes.truncate(most);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}

impl Stream for Body {
    type Item = Result<Bytes, EgressError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}
