//! The brain that speaks for every agent: by the models of its chain, one after the other, and in
//! the end by the built-in brain.

use std::time::Duration;

use async_stream::stream;
use futures_util::{StreamExt, stream::BoxStream};
use shared::agent::BUILT_IN;
use tokio::time::Instant;

use super::{
    Models, Offered, Payer,
    attempt::{Waits, attempt},
    faults::Fault,
    render::render,
};
use crate::brain::{Brain, BrainError, Piece, Request, builtin::Builtin};

/// Less time than this is not worth asking a model for.
const WORTH_ASKING: Duration = Duration::from_millis(100);

/// Speaks for agents by whatever model they name.
#[derive(Clone)]
pub struct Llm {
    models: Models,
    builtin: Builtin,
}

impl Llm {
    /// Asks `models`; `builtin` speaks for agents that name none, and where all of theirs fail.
    pub fn new(models: Models, builtin: Builtin) -> Self {
        Self { models, builtin }
    }

    fn answer(self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let answer = stream! {
            let Models { patience, .. } = self.models;
            let mut until = Instant::now() + patience.chain;
            let payer = Payer {
                site: request.site.clone(),
                visitor: request.visitor.id.clone(),
                day: request.now.day(),
            };
            let settings = &request.agent.model_settings;
            for model in std::iter::once(&request.agent.model).chain(&settings.fallbacks) {
                let mut tries = 0;
                loop {
                    let offered = match self.may_ask(model, settings.max_tokens()) {
                        Ok(offered) => offered,
                        Err(why) => {
                            yield Ok(setback(model, why));
                            break;
                        }
                    };
                    let left = until.saturating_duration_since(Instant::now());
                    if left < WORTH_ASKING {
                        yield Ok(setback(model, "there was no time left to ask it"));
                        break;
                    }
                    let worst = Models::worst(&offered, &request);
                    let mut hold = match self.models.purse.reserve(&payer, &request.caps, worst) {
                        Ok(hold) => hold,
                        Err(whose) => {
                            let why = format!("what models may cost {whose} today is used up");
                            yield Err(BrainError::Broke(why));
                            return;
                        }
                    };
                    yield Ok(Piece::Model(model.clone()));
                    let Offered { known, spoken, price } = offered;
                    let waits = Waits { first: patience.first_token.min(left), stall: patience.stall };
                    let pieces = attempt(spoken, render(&request), price, waits);
                    let mut pieces = std::pin::pin!(pieces);
                    // Whoever stops listening before the first word has caused the whole of it.
                    hold.begin();
                    let mut answers = false;
                    let fault = loop {
                        match pieces.next().await {
                            Some(Ok(piece)) => {
                                // From here on it is the next fault for which time is counted.
                                until = Instant::now() + patience.chain;
                                answers = true;
                                if let Piece::Usage(usage) = &piece {
                                    hold.count(usage.cost_micros);
                                }
                                yield Ok(piece);
                            }
                            Some(Err(fault)) => break Some(fault),
                            None => break None,
                        }
                    };
                    if !answers && fault.as_ref().is_some_and(Fault::costs_nothing) {
                        hold.spare();
                    }
                    drop(hold);
                    let Some(fault) = fault else {
                        known.breaker().succeeded();
                        return;
                    };
                    let Fault { counts, passing, pause, ref message, .. } = fault;
                    if counts {
                        let now = Instant::now();
                        known.breaker().failed(message, request.now, now, patience.rest, pause);
                    }
                    tracing::warn!(model, fault = message, "a model failed");
                    yield Ok(setback(model, message.as_str()));
                    tries += 1;
                    let pause = patience.pause_after(tries, pause, chance());
                    let in_time = Instant::now() + pause + WORTH_ASKING < until;
                    if !passing || tries >= patience.tries || !in_time {
                        break;
                    }
                    tokio::time::sleep(pause).await;
                }
            }
            yield Ok(Piece::Model(BUILT_IN.to_owned()));
            let mut last = self.builtin.step(request);
            while let Some(piece) = last.next().await {
                yield piece;
            }
        };
        answer.boxed()
    }

    /// The model, if it is offered and not left alone for now.
    fn may_ask(&self, model: &str, max_tokens: u32) -> Result<Offered, &'static str> {
        let offered = self.models.find(model, max_tokens).ok_or("no connection offers it")?;
        let may = offered.known.breaker().may_call(Instant::now(), self.models.patience.rest);
        if may { Ok(offered) } else { Err("its provider failed too often and is left alone") }
    }
}

impl Brain for Llm {
    fn model(&self) -> &str {
        BUILT_IN
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        if request.agent.model == BUILT_IN {
            return self.builtin.step(request);
        }
        self.clone().answer(request)
    }
}

fn setback(model: &str, why: impl Into<String>) -> Piece {
    Piece::Setback { model: model.to_owned(), why: why.into() }
}

/// A number from 0 to 1 that nobody knows before; in the middle if the machine has none.
fn chance() -> f64 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
