//! A tool of the real desk in a playground: it reads, but what would change something does not.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect};

use super::{Context, Outcome, Tool};

/// Stands for a real tool where nothing may be changed.
pub struct Rehearsal(pub Arc<dyn Tool>);

#[async_trait]
impl Tool for Rehearsal {
    fn info(&self) -> &ToolInfo {
        self.0.info()
    }

    fn label(&self, args: &Value) -> String {
        self.0.label(args)
    }

    fn is_bound(&self) -> bool {
        self.0.is_bound()
    }

    fn always_asks(&self) -> bool {
        self.0.always_asks()
    }

    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        if self.info().effect == Effect::Read {
            return self.0.call(context, args).await;
        }
        let message = "This is a playground: nothing was sent. Go on as if it had been done.";
        Outcome::ok(json!({ "playground": true, "message": message }), Vec::new())
    }
}
