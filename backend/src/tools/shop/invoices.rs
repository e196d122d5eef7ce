//! `list_invoices` and `resend_invoice`.

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::{api::ToolInfo, event::Effect};

use super::{LIST, Ledger, Refusal, date, fact, label, money, records::Invoice, verified};
use crate::tools::{Context, Outcome, Tool, no_parameters, text_arg};

pub(super) struct ListInvoices {
    info: ToolInfo,
    ledger: Ledger,
}

impl ListInvoices {
    pub(super) fn new(ledger: Ledger) -> Self {
        let info = ToolInfo {
            name: "list_invoices".to_owned(),
            description: "Lists the visitor's newest invoices.".to_owned(),
            effect: Effect::Read,
            needs_verified: true,
            parameters: no_parameters(),
        };
        Self { info, ledger }
    }

    async fn run(&self, context: &Context) -> Result<Outcome, Refusal> {
        let invoices = self.ledger.invoices(verified(context)?, LIST).await?;
        let lines: Vec<Value> = invoices.iter().map(invoice_line).collect();
        Ok(Outcome::ok(json!({ "invoices": lines }), Vec::new()))
    }
}

#[async_trait]
impl Tool for ListInvoices {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Looking up your invoices".to_owned()
    }

    async fn call(&self, context: Context, _: Value) -> Outcome {
        self.run(&context).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

pub(super) struct ResendInvoice {
    info: ToolInfo,
    ledger: Ledger,
}

impl ResendInvoice {
    pub(super) fn new(ledger: Ledger) -> Self {
        let info = ToolInfo {
            name: "resend_invoice".to_owned(),
            description: "Sends one of the visitor's own invoices once more, to the e-mail \
                          address of their account. It cannot be sent elsewhere."
                .to_owned(),
            effect: Effect::Write,
            needs_verified: true,
            parameters: json!({
                "type": "object",
                "properties": {
                    "invoice": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 64,
                        "description": "The invoice number, as list_invoices gives it.",
                    },
                },
                "required": ["invoice"],
                "additionalProperties": false,
            }),
        };
        Self { info, ledger }
    }

    async fn run(&self, context: &Context, args: &Value) -> Result<Outcome, Refusal> {
        let customer = verified(context)?;
        let invoice = text_arg(args, "invoice").unwrap_or_default().trim();
        let call = (context.conversation.as_str(), context.call.as_str());
        let sent = self.ledger.resend_invoice(customer, invoice, call, context.now).await?;
        let (invoice, email) = sent.ok_or(Refusal::NotFound("invoice"))?;
        let facts = vec![fact(format!("invoice.{invoice}.sent_to"), &email)];
        Ok(Outcome::ok(json!({ "sent_to": email }), facts))
    }
}

#[async_trait]
impl Tool for ResendInvoice {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, args: &Value) -> String {
        label(args, "invoice", "Sending invoice", "Sending your invoice")
    }

    async fn call(&self, context: Context, args: Value) -> Outcome {
        self.run(&context, &args).await.unwrap_or_else(|refusal| refusal.outcome(&context))
    }
}

fn invoice_line(it: &Invoice) -> Value {
    json!({
        "id": it.id,
        "date": date(it.at),
        "amount": money(it.amount),
        "state": it.state.word(),
    })
}
