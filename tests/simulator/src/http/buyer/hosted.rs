//! The hosted page behind `normalUrl`, and the page behind `applinkUrl` that stands for a wallet app: they show the
//! payment, take the card form or a test's act, send the buyer on. What an act leads to is decided in `core`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::answers::{Problem, json_response};
use super::super::control::problem_of;
use super::super::shell::Shell;
use super::document;
use super::form::{self, notice};
use super::language::{Language, Wishes, Words};
use super::standing::{act_on, described, submitted_json};
use super::submission::{CardFaults, Choice, Fields, outcome_of, read_card, wants_json};
use crate::core::{Checkout, CheckoutStanding, CheckoutView, CompletionError, Outcome, Submitted};

/// `/checkout/{paymentId}`: shows the payment and what the buyer may do.
pub(super) async fn show(
    State(shell): State<Arc<Shell>>,
    Path(payment_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    Visit::of(&shell, Place::Hosted, &payment_id, &wishes, &headers)
        .map_or_else(|nowhere| *nowhere, |v| v.show())
}

/// The same for the app.
pub(super) async fn show_app(
    State(shell): State<Arc<Shell>>,
    Path(payment_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    Visit::of(&shell, Place::App, &payment_id, &wishes, &headers)
        .map_or_else(|nowhere| *nowhere, |v| v.show())
}

/// Takes the form, or an act chosen by the field `outcome`.
pub(super) async fn submit(
    State(shell): State<Arc<Shell>>,
    Path(payment_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    fields: Result<Fields, Problem>,
) -> Response {
    let visit = Visit::of(&shell, Place::Hosted, &payment_id, &wishes, &headers);
    visit.map_or_else(|nowhere| *nowhere, |visit| visit.submit(fields))
}

/// The same for the app.
pub(super) async fn submit_app(
    State(shell): State<Arc<Shell>>,
    Path(payment_id): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
    fields: Result<Fields, Problem>,
) -> Response {
    let visit = Visit::of(&shell, Place::App, &payment_id, &wishes, &headers);
    visit.map_or_else(|nowhere| *nowhere, |visit| visit.submit(fields))
}

/// The same acts by address alone, for scripts that send no form.
pub(super) async fn act(
    State(shell): State<Arc<Shell>>,
    Path((payment_id, outcome)): Path<(String, String)>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    match (Visit::of(&shell, Place::Hosted, &payment_id, &wishes, &headers), outcome_of(&outcome)) {
        (Err(nowhere), _) => *nowhere,
        (Ok(_), None) => Problem::unknown("no such act").into_response(),
        (Ok(visit), Some(outcome)) => visit.act(outcome),
    }
}

/// Which of the two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Hosted,
    App,
}

/// One request of a buyer, or of a program in a buyer's place.
struct Visit<'a> {
    shell: &'a Arc<Shell>,
    place: Place,
    view: CheckoutView,
    payment_id: &'a str,
    wishes: &'a Wishes,
    language: Language,
    is_program: bool,
}

impl<'a> Visit<'a> {
    /// Finds the payment; the error is the whole answer.
    fn of(
        shell: &'a Arc<Shell>,
        place: Place,
        payment_id: &'a str,
        wishes: &'a Wishes,
        headers: &HeaderMap,
    ) -> Result<Self, Box<Response>> {
        let is_program = wants_json(headers);
        let view = shell.work(|gateway, now| {
            gateway.run_to(now);
            gateway.checkout_view(Checkout::Payment(payment_id))
        });
        match view {
            Some(view) => {
                let language = Language::of(wishes.locale().or(view.locale.as_deref()), headers);
                Ok(Self { shell, place, view, payment_id, wishes, language, is_program })
            }
            None if is_program => Err(Box::new(problem_of(CompletionError::Unknown).into_response())),
            None => {
                let language = Language::of(wishes.locale(), headers);
                let content = notice("bad", language.words().unknown, None);
                Err(Box::new(document::page(StatusCode::NOT_FOUND, language, &content)))
            }
        }
    }

    fn words(&self) -> &'static Words {
        self.language.words()
    }

    fn show(&self) -> Response {
        if self.is_program {
            return json_response(StatusCode::OK, &described(&self.view));
        }
        self.page(StatusCode::OK, CardFaults::default(), "")
    }

    fn submit(&self, fields: Result<Fields, Problem>) -> Response {
        let both = fields.and_then(|fields| Choice::of(&fields).map(|choice| (fields, choice)));
        match both {
            Err(problem) => problem.into_response(),
            Ok((_, Choice::Act(outcome))) => self.act(outcome),
            Ok((fields, Choice::Pay)) => match read_card(&fields, self.shell.clock.now()) {
                Err(faults) => self.refuse(faults),
                Ok(form) => {
                    let place = Checkout::Payment(self.payment_id);
                    self.answer(self.shell.work(|gateway, now| gateway.submit_card(now, place, &form)))
                }
            },
        }
    }

    fn act(&self, outcome: Outcome) -> Response {
        self.answer(act_on(self.shell, &self.view, outcome))
    }

    /// Sends the buyer on, or back to the form after a try that failed.
    fn answer(&self, done: Result<Submitted, CompletionError>) -> Response {
        let submitted = match done {
            Ok(submitted) => submitted,
            // The other of two tabs was faster: the page says how it ended.
            Err(CompletionError::Final) if !self.is_program => {
                return document::see_other(&self.address());
            }
            Err(error) => return problem_of(error).into_response(),
        };
        if self.is_program {
            return json_response(StatusCode::OK, &submitted_json(&self.view, &submitted));
        }
        match submitted {
            Submitted::Challenge { id, .. } => {
                document::see_other(&self.wishes.address(&format!("/checkout/3ds/{id}")))
            }
            Submitted::Declined { result_code } => {
                let declined = notice("bad", self.words().declined, Some(&result_code));
                self.page(StatusCode::OK, CardFaults::default(), &declined)
            }
            Submitted::Authorized | Submitted::Failed { .. } | Submitted::Pending | Submitted::Left => {
                document::see_other(&self.view.redirect_url)
            }
        }
    }

    /// The form again, with what is wrong in it.
    fn refuse(&self, faults: CardFaults) -> Response {
        if self.is_program {
            let message = format!("not possible for a card: {}", faults.fields().join(", "));
            return Problem::invalid(message).into_response();
        }
        self.page(StatusCode::UNPROCESSABLE_ENTITY, faults, "")
    }

    fn page(&self, status: StatusCode, faults: CardFaults, before: &str) -> Response {
        let words = self.words();
        let header = form::amount(&self.view);
        let body = match &self.view.standing {
            CheckoutStanding::Open => self.form(faults),
            CheckoutStanding::Challenged { id, .. } => {
                let link = self.wishes.address(&format!("/checkout/3ds/{id}"));
                format!("{}{}", form::link(words.to_bank, &link), self.form(faults))
            }
            CheckoutStanding::Pending => {
                let acts = form::tests_form(words, &self.address());
                format!("{}{acts}", notice("", words.undecided, None))
            }
            CheckoutStanding::Succeeded if self.view.stores_only => self.end("good", words.kept, None),
            CheckoutStanding::Succeeded => self.end("good", words.paid, None),
            CheckoutStanding::Failed { result_code } if result_code == "ORDER_IS_CLOSED" => {
                self.end("bad", words.closed, None)
            }
            CheckoutStanding::Failed { result_code } => self.end("bad", words.failed, Some(result_code)),
            CheckoutStanding::Cancelled => self.end("bad", words.cancelled, None),
            CheckoutStanding::Expired => self.end("bad", words.closed, None),
        };
        document::page(status, self.language, &format!("{header}{before}{body}"))
    }

    /// This page's own path.
    fn address(&self) -> String {
        let folder = match self.place {
            Place::Hosted => "checkout",
            Place::App => "app",
        };
        self.wishes.address(&format!("/{folder}/{}", self.payment_id))
    }

    fn form(&self, faults: CardFaults) -> String {
        match self.place {
            Place::Hosted => {
                let now = self.shell.clock.now();
                form::payment_form(self.words(), &self.view, &self.address(), faults, now)
            }
            Place::App => form::wallet_form(self.words(), &self.address()),
        }
    }

    fn end(&self, kind: &str, sentence: &str, code: Option<&str>) -> String {
        let back = form::link(self.words().back, &self.view.redirect_url);
        format!("{}{back}", notice(kind, sentence, code))
    }
}
