//! What the buyer does to have a card stored: enters it, answers the bank, leaves; and the end when nobody does.
//! The pages are those of payments; what the merchant hears is in `news`.

use serde_json::{Value, json};

use super::{Question, Standing};
use crate::core::buyer::{Completion, CompletionError, Outcome, Submitted};
use crate::core::card_form::CardForm;
use crate::core::card_use::CardUse;
use crate::core::cards::{Card, Issuer};
use crate::core::gateway::Gateway;
use crate::core::payment::Try;
use crate::core::three_ds::{ChallengeAnswer, ChallengeKind, ChallengeView};
use crate::core::time::Time;
use crate::core::tokens::StoredCard;

impl Gateway {
    /// Acts for the buyer of a vaulting; `client` is needed only where two clients use the same id.
    pub fn complete_vaulting(
        &mut self,
        at: Time,
        client: Option<&str>,
        request_id: &str,
        act: &Completion,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let wanted = |name: &str| client.is_none_or(|client| client == name);
        let mut books = self.books.iter().filter(|(name, _)| wanted(name));
        let index = books.find_map(|(_, books)| books.vaultings.get(request_id).copied());
        let index = index.ok_or(CompletionError::Unknown)?;
        self.refuse_if_closed(index)?;
        let code = act.code_of(true)?;
        match act.outcome() {
            Outcome::Success => {
                let used = self.card_for(index, act.card())?;
                self.keep_card(index, used);
            }
            Outcome::Decline => {
                self.note_vault_try(index, Outcome::Decline, code.as_deref(), None);
            }
            Outcome::Fail => {
                self.fail_vault_try(index, code.as_deref().unwrap_or("PROCESS_FAIL"), None);
            }
            Outcome::Cancel => self.note_vault_try(index, Outcome::Cancel, None, None),
            Outcome::Pending | Outcome::Challenged => {
                return Err(CompletionError::Invalid("a vaulting is never pending".to_owned()));
            }
        }
        let vaulting = self.vaultings.get(index).ok_or(CompletionError::Unknown)?;
        Ok(self.vaulting_view(vaulting))
    }

    /// Takes what a buyer entered on a page.
    pub(crate) fn submit_to_vault(
        &mut self,
        index: usize,
        form: &CardForm,
    ) -> Result<Submitted, CompletionError> {
        self.refuse_if_closed(index)?;
        Ok(self.vault_form(index, form))
    }

    /// A try with what was entered, on a page or by the merchant.
    pub(crate) fn vault_form(&mut self, index: usize, form: &CardForm) -> Submitted {
        let Some(vaulting) = self.vaultings.get(index) else { return Submitted::Left };
        let is_stored = form.payment_method_id.as_deref().is_some_and(|token| !token.is_empty());
        let used = if is_stored {
            Err("INVALID_PAYMENT_METHOD_META_DATA")
        } else {
            self.card_in(&vaulting.client, &vaulting.terms, form)
        };
        let terms = &vaulting.terms;
        let used = match used {
            Ok(used) => used,
            Err(code) => return self.decline_vault(index, code, None),
        };
        let asks = match used.card.issuer {
            Issuer::Declines => return self.decline_vault(index, "DO_NOT_HONOR", Some(used)),
            Issuer::Approves => terms.three_ds,
            Issuer::WantsAuthentication => terms.three_ds || terms.upgrade,
        };
        let wants = used.card.issuer == Issuer::WantsAuthentication;
        match asks && !used.card.exempt_from_challenge {
            true => self.ask_in_vault(index, used),
            false if wants => self.decline_vault(index, "AUTHENTICATION_REQUIRED", Some(used)),
            false => self.keep_card(index, used),
        }
    }

    /// What the bank's page shows.
    pub(crate) fn vault_question(&self, index: usize, id: &str) -> Option<ChallengeView> {
        let vaulting = self.vaultings.get(index)?;
        let asked = vaulting.challenge.as_ref().filter(|question| &*question.id == id);
        let used = asked.map(|question| &question.used).or(vaulting.used.as_deref());
        Some(ChallengeView {
            id: id.to_owned(),
            kind: ChallengeKind::ThreeDs,
            card_brand: used.map(CardUse::brand).unwrap_or_default().to_owned(),
            last_four: used.map(|used| used.card.last_four()).unwrap_or_default().to_owned(),
            open: asked.is_some() && vaulting.is_open(self.now),
            payment: self.vaulting_checkout(index)?,
        })
    }

    /// Takes the buyer's answer to the bank.
    pub(crate) fn answer_in_vault(
        &mut self,
        index: usize,
        id: &str,
        answer: ChallengeAnswer,
    ) -> Result<Submitted, CompletionError> {
        self.refuse_if_closed(index)?;
        let vaulting = self.vaultings.list.get(index).ok_or(CompletionError::Unknown)?;
        let standing = vaulting.challenge.as_ref().filter(|question| &*question.id == id);
        let used = standing.ok_or(CompletionError::Final)?.used.clone();
        Ok(match answer {
            ChallengeAnswer::Approve => self.keep_card(index, used),
            ChallengeAnswer::Decline => {
                self.fail_vault_try(index, "USER_PAYMENT_VERIFICATION_FAILED", Some(used))
            }
            ChallengeAnswer::Abandon => {
                let question = vaulting.challenge.clone();
                self.note_vault_try(index, Outcome::Cancel, None, Some(used));
                if let Some(vaulting) = self.vaultings.list.get_mut(index) {
                    vaulting.challenge = question;
                }
                Submitted::Left
            }
        })
    }

    /// Ends a vaulting whose time is up. A session that nobody used ends in silence, as for payments.
    pub(crate) fn close_vaulting(&mut self, index: usize) {
        let Some(vaulting) = self.vaultings.list.get_mut(index) else { return };
        if vaulting.standing != Standing::Open {
            return;
        }
        vaulting.standing = Standing::Failed("ORDER_IS_CLOSED".into());
        vaulting.challenge = None;
        let unused = vaulting.tries.is_empty() && matches!(vaulting.way, super::Way::Session { .. });
        if !unused {
            self.tell_vaulting(index, self.now);
        }
    }

    /// The card of a buyer who succeeds: the one that was named or asked about, else the usual one.
    fn card_for(&self, index: usize, number: Option<&str>) -> Result<CardUse, CompletionError> {
        let asked = self.vaultings.get(index).and_then(|vaulting| vaulting.challenge.as_ref());
        match (number, asked) {
            (None, Some(question)) => Ok(question.used.clone()),
            (None, None) => Ok(CardUse::of(Card::DEFAULT)),
            (Some(number), _) => Card::find(number)
                .map(CardUse::of)
                .ok_or_else(|| CompletionError::Invalid("card is not the number of a test card".to_owned())),
        }
    }

    fn refuse_if_closed(&self, index: usize) -> Result<(), CompletionError> {
        let vaulting = self.vaultings.get(index).ok_or(CompletionError::Unknown)?;
        if vaulting.is_open(self.now) { Ok(()) } else { Err(CompletionError::Final) }
    }

    fn ask_in_vault(&mut self, index: usize, used: CardUse) -> Submitted {
        self.note_vault_try(index, Outcome::Challenged, None, Some(used.clone()));
        let id = self.new_id();
        let url = self.challenge_url(&id);
        self.vaultings.by_challenge.insert(id.clone(), index);
        if let Some(vaulting) = self.vaultings.list.get_mut(index) {
            vaulting.challenge = Some(Box::new(Question { id: id.clone(), used }));
        }
        Submitted::Challenge { id: id.to_string(), url }
    }

    fn decline_vault(&mut self, index: usize, code: &str, used: Option<CardUse>) -> Submitted {
        self.note_vault_try(index, Outcome::Decline, Some(code), used);
        Submitted::Declined { result_code: code.to_owned() }
    }

    /// A try that fails the vaulting for good.
    fn fail_vault_try(&mut self, index: usize, code: &str, used: Option<CardUse>) -> Submitted {
        self.note_vault_try(index, Outcome::Fail, Some(code), used);
        self.fail_vaulting(index, code);
        Submitted::Failed { result_code: code.to_owned() }
    }

    pub(crate) fn fail_vaulting(&mut self, index: usize, code: &str) {
        if let Some(vaulting) = self.vaultings.list.get_mut(index) {
            vaulting.standing = Standing::Failed(code.into());
        }
        self.tell_vaulting_soon(index);
    }

    fn keep_card(&mut self, index: usize, used: CardUse) -> Submitted {
        self.note_vault_try(index, Outcome::Success, None, None);
        let token = self.new_token();
        let Some(vaulting) = self.vaultings.list.get_mut(index) else { return Submitted::Left };
        let stored = StoredCard {
            token: token.clone(),
            card: used.card,
            expiry: used.expiry,
            holder: used.holder.as_deref().map(|name| json!({"fullName": name})),
            email: None,
            expires_at: None,
            network_transaction_id: Some(vaulting.network_id),
        };
        vaulting.standing = Standing::Stored;
        vaulting.used = Some(Box::new(CardUse { token: Some(token), ..used }));
        let client = vaulting.client.clone();
        self.tokens.store(&client, stored);
        self.tell_vaulting_soon(index);
        Submitted::Authorized
    }

    /// Notes the try; a new one makes the bank's question void.
    fn note_vault_try(&mut self, index: usize, outcome: Outcome, code: Option<&str>, used: Option<CardUse>) {
        let now = self.now;
        let Some(vaulting) = self.vaultings.list.get_mut(index) else { return };
        vaulting.challenge = None;
        vaulting.used = used.map(Box::new).or(vaulting.used.take());
        vaulting.tries.push(Try { at: now, outcome, code: code.map(Into::into) });
        self.journal.note(now, || {
            json!({
                "kind": "buyer", "clientId": vaulting.client, "vaultingRequestId": vaulting.request_id,
                "outcome": outcome.as_str(), "resultCode": code,
                "card": vaulting.used.as_ref().map(|used| used.card.last_four()),
            })
        });
    }
}
