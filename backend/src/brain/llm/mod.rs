//! Any model speaks for an agent: by [rig](https://docs.rs/rig-core), each provider in its own
//! protocol. What rig gives is bounded and timed here; when a model fails, the next one of the
//! agent's chain goes on, and in the end the built-in brain, which always answers.
//!
//! Why rig and not genai: rig makes the exact request without sending it (so that it can be shown
//! and checked), calls through a client that is handed in (so that all calls leave by `egress`), and
//! reads answers as a state machine over frames that is bounded from outside. genai buffers a line
//! without end, sizes a list by the index that the other side names, runs two choices into one, and
//! drops calls without an index.

mod attempt;
mod breaker;
mod chain;
mod faults;
mod line;
mod patience;
mod protocol;
mod providers;
mod purse;
mod render;
#[cfg(test)]
pub(crate) mod tests;
mod trial;

use std::sync::Arc;

use serde_json::Value;
use shared::model::Price;

pub use chain::Llm;
pub use patience::Patience;
pub use providers::{Provider, Providers};
pub use purse::{Payer, Purse};

use self::{faults::Fault, protocol::Spoken, providers::Known};
use super::Request;
use crate::egress::{Bounds, Egress};

/// What an answer may weigh on the wire besides its tokens, in bytes.
const ANSWER_BYTES: usize = 512 * 1024;
/// What one token may weigh on the wire: each may travel in an event of its own.
const TOKEN_BYTES: usize = 1024;

/// What models are asked with. Cheap to clone; clones share the providers.
#[derive(Clone)]
pub struct Models {
    /// Who is connected.
    pub providers: Providers,
    /// What they have cost.
    pub purse: Purse,
    egress: Egress,
    patience: Patience,
}

/// A request as it would be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The model, as the agent names it.
    pub model: String,
    /// Where it would go.
    pub address: String,
    /// Its body.
    pub body: Value,
}

/// A model that is offered, and the way to it.
struct Offered {
    known: Arc<Known>,
    spoken: Spoken,
    price: Price,
}

impl Models {
    /// Asks the models of `providers` by `egress`.
    pub fn new(providers: Providers, egress: Egress, patience: Patience) -> Self {
        Self { providers, purse: Purse::default(), egress, patience }
    }

    /// The request that `request`'s agent would send to its model, exactly, or why it cannot be
    /// made. `None` if nobody offers the model, as for the built-in brain.
    pub fn preview(&self, request: &Request) -> Option<Result<Preview, String>> {
        let model = request.agent.model.clone();
        let spoken = self.find(&model, request.agent.model_settings.max_tokens())?.spoken;
        let exact = spoken.exact(render::render(request)).map_err(|e| Fault::of(&e).message);
        Some(exact.map(|exact| Preview { model, address: exact.address, body: exact.body }))
    }

    /// The most that a request to this model can cost: no token is shorter than a byte.
    fn worst(offered: &Offered, request: &Request) -> u64 {
        if offered.price == Price::default() {
            return 0;
        }
        let exact = offered.spoken.exact(render::render(request));
        let bytes = exact.map_or(0, |exact| exact.body.to_string().len());
        let most_out = u64::from(request.agent.model_settings.max_tokens());
        offered.price.cost(u64::try_from(bytes).unwrap_or(u64::MAX), 0, most_out)
    }

    /// A model, for answers of at most `max_tokens`.
    fn find(&self, model: &str, max_tokens: u32) -> Option<Offered> {
        let (known, offered) = self.providers.find(model)?;
        let tokens = usize::try_from(max_tokens).unwrap_or(usize::MAX);
        let bytes = ANSWER_BYTES.saturating_add(tokens.saturating_mul(TOKEN_BYTES));
        let egress = self.egress.within(Bounds { bytes, ..Bounds::default() });
        let spoken = Spoken::new(&known.provider, &offered.name, egress);
        Some(Offered { known, spoken, price: offered.price })
    }
}
