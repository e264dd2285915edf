//! How an authorization may be taken: at once, once and in part, or in several parts, as the contract says.
//! Whether a capture may begin at all, and what the gateway made of one, is the order's.

use antom_core::money::{Money, MoneyError};

/// What the contract with the gateway allows (A-3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapturePolicy {
    /// One capture of exactly what is authorized.
    #[default]
    Full,
    /// One capture of a part or of everything; the gateway lets the rest go.
    Single,
    /// Several captures, together never more than what is authorized. The last one is marked by the merchant, and the
    /// gateway lets the rest go.
    Multiple,
}

/// Why an amount is not captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongCapture {
    /// Only the authorized amount may be captured.
    #[error("the capture must be {authorized}, exactly what is authorized")]
    Differs {
        /// What is authorized.
        authorized: Money,
    },
    /// More than what no other capture has taken or may still take.
    #[error("at most {left} can still be captured")]
    Exceeds {
        /// What is left.
        left: Money,
    },
    /// No amount that can be captured.
    #[error(transparent)]
    Amount(#[from] MoneyError),
}

impl CapturePolicy {
    /// The policy of this word.
    pub fn from_word(word: &str) -> Option<CapturePolicy> {
        match word {
            "full" => Some(CapturePolicy::Full),
            "single" => Some(CapturePolicy::Single),
            "multiple" => Some(CapturePolicy::Multiple),
            _ => None,
        }
    }

    /// The word for configurations.
    pub fn as_str(self) -> &'static str {
        match self {
            CapturePolicy::Full => "full",
            CapturePolicy::Single => "single",
            CapturePolicy::Multiple => "multiple",
        }
    }

    /// How much a capture takes. `claimed` is what earlier captures took or, without a final answer, may still take;
    /// a wish without an amount takes all that is left.
    ///
    /// # Errors
    /// [`WrongCapture`] says what may be captured instead.
    ///
    /// ```
    /// use antom_core::money::{Currency, Money};
    /// use antom_domain::policy::{CapturePolicy, WrongCapture};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let usd = |minor| Money::from_minor(Currency::parse("USD")?, minor).map_err(Box::<dyn std::error::Error>::from);
    /// let (authorized, claimed) = (usd(1_000)?, usd(400)?);
    /// let policy = CapturePolicy::Multiple;
    /// assert_eq!(policy.amount(authorized, claimed, Some(usd(250)?)), Ok(usd(250)?));
    /// assert_eq!(policy.amount(authorized, claimed, None), Ok(usd(600)?));
    /// let too_much = policy.amount(authorized, claimed, Some(usd(601)?));
    /// assert_eq!(too_much, Err(WrongCapture::Exceeds { left: usd(600)? }));
    /// # Ok(())
    /// # }
    /// ```
    //= A-3
    pub fn amount(
        self,
        authorized: Money,
        claimed: Money,
        wished: Option<Money>,
    ) -> Result<Money, WrongCapture> {
        let left = authorized.checked_sub(claimed)?;
        let amount = match self {
            CapturePolicy::Full => match wished {
                Some(wished) if wished != authorized => return Err(WrongCapture::Differs { authorized }),
                _ => authorized,
            },
            CapturePolicy::Single | CapturePolicy::Multiple => wished.unwrap_or(left),
        };
        if amount.compare(left)?.is_gt() || left.is_zero() {
            return Err(WrongCapture::Exceeds { left });
        }
        Ok(amount.require_chargeable()?)
    }

    /// Whether the capture is the last one, so that the gateway lets go what it does not take.
    pub fn is_last(self, is_marked: bool) -> bool {
        match self {
            CapturePolicy::Full => false,
            CapturePolicy::Single => true,
            CapturePolicy::Multiple => is_marked,
        }
    }
}
