//! A payment provider that cannot be reached: to see in a demo, and in tests, what Baton does then.

use async_trait::async_trait;

use super::{Finding, Gateway, GatewayError, Receipt, RefundOrder};

/// Makes no refund and answers nothing.
pub struct Silent;

#[async_trait]
impl Gateway for Silent {
    async fn refund(&self, _: &RefundOrder) -> Result<Receipt, GatewayError> {
        Err(unreachable())
    }

    async fn find(&self, _: &str) -> Result<Finding, GatewayError> {
        Err(unreachable())
    }

    async fn newest(&self, _: usize) -> Result<Vec<Receipt>, GatewayError> {
        Err(unreachable())
    }
}

fn unreachable() -> GatewayError {
    GatewayError::Unknown("the provider cannot be reached".to_owned())
}
