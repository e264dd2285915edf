//! The storing of a card without a payment: what was asked for and where it stands.
//! What the buyer does is in `acts`, what the merchant hears of it in `news`; the requests are in `operations`.

mod acts;
mod news;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::card_use::CardUse;
use super::checkout::{Checkout, CheckoutStanding, CheckoutView};
use super::fingerprint::Fingerprint;
use super::gateway::Gateway;
use super::names::Name;
use super::payment::Try;
use super::random::Random;
use super::terms::Terms;
use super::time::Time;

/// A request to store a card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Vaulting {
    pub(crate) client: Name,
    pub(crate) request_id: Name,
    /// Fingerprint of the whole request, to notice the same id with other content.
    pub(crate) digest: Fingerprint,
    /// Fingerprint of what is to be stored; a repeat with another one is refused.
    pub(crate) subject: Fingerprint,
    pub(crate) way: Way,
    /// Only what concerns the card is asked for.
    pub(crate) terms: Terms,
    pub(crate) notify_url: Option<Name>,
    pub(crate) redirect_url: Box<str>,
    pub(crate) metadata: Option<Box<str>>,
    pub(crate) customized_info: Option<Value>,
    pub(crate) created: Time,
    /// When it fails if it is still open then.
    pub(crate) closes_at: Time,
    pub(crate) standing: Standing,
    pub(crate) tries: Vec<Try>,
    /// The bank's question to the buyer that stands.
    pub(crate) challenge: Option<Box<Question>>,
    /// The card of the latest try; once it is stored, with its token.
    pub(crate) used: Option<Box<CardUse>>,
    /// Fifteen digits, the beginning of a chain of payments with the card.
    pub(crate) network_id: u64,
}

/// How the buyer gets to enter the card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Way {
    /// In the client SDK; id and data are made of the seed whenever they are asked for.
    Session { seed: u64 },
    /// On the gateway's page, unless the merchant sends the card itself.
    Page { id: Name },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    Open,
    Stored,
    Failed(Box<str>),
}

/// A question of the bank that stands until it is answered, another one is put, or the vaulting ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) id: Name,
    pub(crate) used: CardUse,
}

/// What a vaulting session is for the merchant and its buyer.
pub(crate) struct VaultingSession {
    pub(crate) id: String,
    /// What the pages know it by: the first three parts of the data.
    pub(crate) key: String,
    pub(crate) data: String,
}

/// All vaultings, and what pages find them by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Vaultings {
    pub(crate) list: Vec<Vaulting>,
    #[serde(skip)]
    by_page: HashMap<Name, usize>,
    /// By the fingerprint of their key; the key itself is made again to compare it.
    #[serde(skip)]
    by_session: HashMap<Fingerprint, usize>,
    by_challenge: HashMap<Name, usize>,
}

impl Vaultings {
    pub(crate) fn get(&self, index: usize) -> Option<&Vaulting> {
        self.list.get(index)
    }

    /// Makes one known to the pages.
    pub(crate) fn enter(&mut self, index: usize) {
        let Some(vaulting) = self.list.get(index) else { return };
        match (&vaulting.way, vaulting.session()) {
            (Way::Page { id }, _) => {
                self.by_page.insert(id.clone(), index);
            }
            (Way::Session { .. }, Some(session)) => {
                self.by_session.insert(Fingerprint::of_text(&session.key), index);
            }
            (Way::Session { .. }, None) => {}
        }
    }

    /// The one behind a page.
    pub(crate) fn at(&self, place: Checkout<'_>) -> Option<usize> {
        match place {
            Checkout::Payment(id) => self.by_page.get(id).copied(),
            Checkout::Session(key) => {
                let index = self.by_session.get(&Fingerprint::of_text(key)).copied()?;
                (self.list.get(index)?.session()?.key == key).then_some(index)
            }
        }
    }

    /// The one that a question of the bank is about.
    pub(crate) fn challenged(&self, id: &str) -> Option<usize> {
        self.by_challenge.get(id).copied()
    }
}

impl Vaulting {
    pub(crate) fn is_open(&self, now: Time) -> bool {
        self.standing == Standing::Open && now < self.closes_at
    }

    /// `vaultingStatus`.
    pub(crate) fn status(&self) -> &'static str {
        match self.standing {
            Standing::Open => "PROCESSING",
            Standing::Stored => "SUCCESS",
            Standing::Failed(_) => "FAIL",
        }
    }

    pub(crate) fn result_code(&self) -> &str {
        match &self.standing {
            Standing::Open => "PAYMENT_IN_PROCESS",
            Standing::Stored => "SUCCESS",
            Standing::Failed(code) => code,
        }
    }

    /// The session, if it has one: the same texts whenever it is asked for.
    pub(crate) fn session(&self) -> Option<VaultingSession> {
        let Way::Session { seed } = self.way else { return None };
        let mut random = Random::new(seed);
        let id = STANDARD.encode(random.bytes(48));
        let key = format!("{}&&SG&&111", STANDARD.encode(random.bytes(64)));
        // The product of the web SDK's AMSVaulting is VAULTING_CARD, put together of scene and category.
        let part = json!({
            "paymentSessionConfig": {
                "productScene": "VAULTING", "productSceneVersion": "1.0",
                "paymentMethodCategoryType": "CARD",
            },
            "paymentMethodInfoView": {"paymentMethodType": "CARD"},
            "securityConfig": {"appName": "Acquirer", "h5gateway": "simulator"},
        });
        let data = format!("{key}&&{}", STANDARD.encode(part.to_string()));
        Some(VaultingSession { id, key, data })
    }
}

impl Gateway {
    /// All vaultings, of one client or of all.
    pub fn vaulting_views(&self, client: Option<&str>) -> Vec<Value> {
        let wanted = |one: &&Vaulting| client.is_none_or(|client| client == one.client.as_str());
        self.vaultings.list.iter().filter(wanted).map(|one| self.vaulting_view(one)).collect()
    }

    fn vaulting_view(&self, vaulting: &Vaulting) -> Value {
        let session = vaulting.session();
        let token = vaulting.used.as_ref().and_then(|used| used.token.as_deref());
        json!({
            "clientId": vaulting.client,
            "vaultingRequestId": vaulting.request_id,
            "vaultingStatus": vaulting.status(),
            "vaultingResultCode": vaulting.result_code(),
            "cardToken": token,
            "normalUrl": self.vaulting_url(vaulting),
            "vaultingSessionId": session.as_ref().map(|session| &session.id),
            "vaultingSessionData": session.as_ref().map(|session| &session.data),
            "vaultingNotificationUrl": vaulting.notify_url,
            "redirectUrl": vaulting.redirect_url,
            "createdAt": vaulting.created.to_utc(),
            "closesAt": vaulting.closes_at.to_utc(),
            "tries": vaulting.tries.iter().map(|one| json!({
                "at": one.at.to_utc(), "outcome": one.outcome.as_str(), "resultCode": one.code,
            })).collect::<Vec<_>>(),
        })
    }

    /// Where the buyer goes on: the bank's page while it asks, else the gateway's.
    pub(crate) fn vaulting_url(&self, vaulting: &Vaulting) -> Option<String> {
        if vaulting.standing != Standing::Open {
            return None;
        }
        if let Some(question) = &vaulting.challenge {
            return Some(self.challenge_url(&question.id));
        }
        match &vaulting.way {
            Way::Session { .. } => None,
            Way::Page { id } => Some(format!("{}/checkout/{id}", self.settings.base_url)),
        }
    }

    /// A vaulting as the pages see it: a payment of nothing.
    pub(crate) fn vaulting_checkout(&self, index: usize) -> Option<CheckoutView> {
        let vaulting = self.vaultings.get(index)?;
        let page = match &vaulting.way {
            Way::Session { .. } => None,
            Way::Page { id } => Some(id.to_string()),
        };
        Some(CheckoutView {
            client_id: vaulting.client.to_string(),
            stores_only: true,
            payment_request_id: vaulting.request_id.to_string(),
            payment_id: page,
            reference_order_id: vaulting.request_id.to_string(),
            order_description: String::new(),
            currency: String::new(),
            value: 0,
            payment_method_type: "CARD".to_owned(),
            locale: None,
            expires_at: Some(vaulting.closes_at),
            manual_capture: false,
            redirect_url: vaulting.redirect_url.to_string(),
            selected_card_brand: vaulting.terms.selected_brand.as_deref().map(str::to_owned),
            asks_to_store: false,
            collects_instalments: false,
            stored_cards: Vec::new(),
            standing: self.vaulting_standing(vaulting),
        })
    }

    fn vaulting_standing(&self, vaulting: &Vaulting) -> CheckoutStanding {
        match (&vaulting.standing, &vaulting.challenge) {
            (Standing::Stored, _) => CheckoutStanding::Succeeded,
            (Standing::Failed(code), _) => CheckoutStanding::Failed { result_code: code.to_string() },
            (Standing::Open, _) if !vaulting.is_open(self.now) => CheckoutStanding::Expired,
            (Standing::Open, None) => CheckoutStanding::Open,
            (Standing::Open, Some(question)) => CheckoutStanding::Challenged {
                id: question.id.to_string(),
                url: self.challenge_url(&question.id),
            },
        }
    }
}
