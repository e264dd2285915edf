//! Rules that make the gateway misbehave, by probability or by an exact script, decided by the seed.
//! Which fault applies is chosen here; what it does to a message is done where messages leave.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::exchange::decimal;
use super::operation::Operation;
use super::random::Random;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// The answer (or the notification) comes `ms` later, in real time.
    Latency,
    /// The HTTP status of the answer is `status`, without effect unless `effect` is true.
    Status,
    /// Nothing happens and no answer comes; the connection is closed after `ms`.
    TimeoutBeforeEffect,
    /// The call takes effect and no answer comes; the connection is closed after `ms`.
    TimeoutAfterEffect,
    /// The connection is closed at once, without effect unless `effect` is true. A notification is lost.
    Drop,
    /// The request (or the notification) arrives twice.
    Duplicate,
    /// A notification is overtaken by those of the next `ms`; an answer by the notifications of its effect.
    Reorder,
    WrongAmount,
    BadSignature,
    NoSignature,
    UnknownEnum,
    UnknownField,
    /// The body has no `result`, so that it says nothing of how the call ended.
    NoResult,
    /// An inquiry tells `transactions: null`.
    NullTransactions,
    /// The entries of `transactions` lack their transactionResult.
    NoTransactionResult,
    /// The entries of `transactions` have transactionStatus SUCCESS, whatever their result is.
    SuccessTransactionStatus,
    /// The notifications of what the call does are sent before its answer.
    NotifyFirst,
}

impl FaultKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Status => "status",
            Self::TimeoutBeforeEffect => "timeout_before_effect",
            Self::TimeoutAfterEffect => "timeout_after_effect",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::WrongAmount => "wrong_amount",
            Self::BadSignature => "bad_signature",
            Self::NoSignature => "no_signature",
            Self::UnknownEnum => "unknown_enum",
            Self::UnknownField => "unknown_field",
            Self::NoResult => "no_result",
            Self::NullTransactions => "null_transactions",
            Self::NoTransactionResult => "no_transaction_result",
            Self::SuccessTransactionStatus => "success_transaction_status",
            Self::NotifyFirst => "notify_first",
        }
    }
}

/// A fault with its measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    #[serde(default)]
    pub(crate) ms: Option<u64>,
    #[serde(default)]
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) effect: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rule {
    target: String,
    when: When,
    fault: Fault,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum When {
    /// In parts per million.
    Probability(u32),
    /// One entry for each message that matches the target; after the last one nothing goes wrong any more.
    Script { entries: Vec<bool>, next: usize },
}

/// The rules in force and the chance that decides them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    random: Random,
    seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleInput {
    target: String,
    #[serde(default)]
    probability: Option<Value>,
    #[serde(default)]
    script: Option<Vec<Value>>,
    /// How many entries of the script are used up, so that rules that are read can be written again.
    #[serde(default)]
    next: usize,
    #[serde(rename = "do")]
    fault: Fault,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanInput {
    #[serde(default)]
    seed: Option<u64>,
    rules: Vec<RuleInput>,
}

impl Faults {
    pub(crate) fn none(seed: u64) -> Self {
        Self { rules: Vec::new(), random: Random::new(seed), seed }
    }

    /// Replaces all rules by those of the plan; a plan with a mistake changes nothing.
    pub(crate) fn replace(&mut self, plan: Value) -> Result<usize, String> {
        let plan: PlanInput = serde_json::from_value(plan).map_err(|error| error.to_string())?;
        let rules = plan.rules.into_iter().map(Rule::read).collect::<Result<Vec<_>, _>>()?;
        let seed = plan.seed.unwrap_or(self.seed);
        *self = Self { rules, random: Random::new(seed), seed };
        Ok(self.rules.len())
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// How many rules there are.
    pub(crate) fn count(&self) -> usize {
        self.rules.len()
    }

    /// The rules as they were given, and how far their scripts have come.
    pub(crate) fn view(&self) -> Value {
        json!({"seed": self.seed, "rules": self.rules.iter().map(Rule::view).collect::<Vec<_>>()})
    }

    /// The fault for the next message to this target: that of the first rule that fires. Scripts of other rules
    /// move on all the same, so that each counts its own messages.
    pub(crate) fn pick(&mut self, target: &str) -> Option<Fault> {
        let mut chosen = None;
        for rule in self.rules.iter_mut().filter(|rule| matches(&rule.target, target)) {
            let fires = match &mut rule.when {
                When::Probability(parts) => self.random.chance(*parts),
                When::Script { entries, next } => {
                    let fires = entries.get(*next).copied().unwrap_or(false);
                    *next = next.saturating_add(1);
                    fires
                }
            };
            if fires && chosen.is_none() {
                chosen = Some(rule.fault);
            }
        }
        chosen
    }
}

impl Rule {
    fn read(input: RuleInput) -> Result<Self, String> {
        let known = input.target == "*"
            || Operation::named(&input.target).is_some()
            || input.target.strip_prefix("notification:").is_some_and(|kind| !kind.is_empty());
        if !known {
            return Err(format!(
                "target {} is neither an operation nor notification:TYPE nor *",
                input.target
            ));
        }
        let when = match (input.probability, input.script) {
            (Some(probability), None) => When::Probability(parts_per_million(&probability)?),
            (None, Some(script)) => When::Script { entries: read_script(&script)?, next: input.next },
            (None, None) => When::Probability(1_000_000),
            (Some(_), Some(_)) => return Err("a rule has either a probability or a script".to_owned()),
        };
        if input.fault.status.is_some_and(|status| !(100..600).contains(&status)) {
            return Err("status is not an HTTP status".to_owned());
        }
        Ok(Self { target: input.target, when, fault: input.fault })
    }
}

impl Rule {
    fn view(&self) -> Value {
        let mut fault = json!({"kind": self.fault.kind.as_str()});
        let measures = [
            ("ms", self.fault.ms.map(|ms| json!(ms))),
            ("status", self.fault.status.map(|status| json!(status))),
            ("effect", self.fault.effect.then_some(Value::Bool(true))),
        ];
        for (name, value) in measures {
            if let (Some(members), Some(value)) = (fault.as_object_mut(), value) {
                members.insert(name.to_owned(), value);
            }
        }
        match &self.when {
            When::Probability(parts) => {
                let text = decimal(i128::from(*parts), 6);
                let number = serde_json::from_str::<Value>(&text).unwrap_or_default();
                json!({"target": self.target, "probability": number, "do": fault})
            }
            When::Script { entries, next } => {
                json!({"target": self.target, "script": entries, "next": next, "do": fault})
            }
        }
    }
}

fn matches(pattern: &str, target: &str) -> bool {
    pattern == "*"
        || pattern == target
        || (pattern == "notification:*" && target.starts_with("notification:"))
}

fn read_script(script: &[Value]) -> Result<Vec<bool>, String> {
    let entry = |value: &Value| match value {
        Value::Bool(fires) => Ok(*fires),
        Value::Null => Ok(false),
        Value::Number(number) if number.as_u64() == Some(0) => Ok(false),
        Value::Number(number) if number.as_u64() == Some(1) => Ok(true),
        _ => Err("a script is a list of true and false, one for each message".to_owned()),
    };
    script.iter().map(entry).collect()
}

/// Reads a probability between 0 and 1 from its decimal text, without floating point.
fn parts_per_million(value: &Value) -> Result<u32, String> {
    let fault = || "probability is not a number between 0 and 1".to_owned();
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return Err(fault()),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let whole: u32 = whole.parse().map_err(|_| fault())?;
    let parts: u32 = digits.parse().map_err(|_| fault())?;
    match whole {
        0 => Ok(parts),
        1 if parts == 0 => Ok(1_000_000),
        _ => Err(fault()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_script_decides_message_by_message_and_then_ends() {
        let mut faults = Faults::none(1);
        faults
            .replace(
                json!({"rules": [{"target": "pay", "script": [false, true, 1, 0], "do": {"kind": "drop"}}]}),
            )
            .expect("a valid plan");
        let fired: Vec<bool> = (0..6).map(|_| faults.pick("pay").is_some()).collect();
        assert_eq!(fired, [false, true, true, false, false, false]);
        assert_eq!(faults.pick("cancel"), None);
    }

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let plan =
            json!({"seed": 9, "rules": [{"target": "*", "probability": 0.25, "do": {"kind": "drop"}}]});
        let run = |plan: Value| {
            let mut faults = Faults::none(1);
            faults.replace(plan).expect("a valid plan");
            (0..400).map(|_| faults.pick("pay").is_some()).collect::<Vec<_>>()
        };
        let first = run(plan.clone());
        assert_eq!(first, run(plan));
        let fired = first.iter().filter(|fired| **fired).count();
        assert!((60..140).contains(&fired), "{fired} of 400");
    }

    #[test]
    fn every_operation_can_be_a_target() {
        for operation in Operation::ALL {
            let mut faults = Faults::none(1);
            let plan = json!({"rules": [{"target": operation.name(), "do": {"kind": "drop"}}]});
            assert_eq!(faults.replace(plan), Ok(1));
            let hit = Operation::ALL.into_iter().filter(|other| faults.pick(other.name()).is_some());
            assert_eq!(hit.collect::<Vec<_>>(), [operation]);
        }
    }

    #[test]
    fn a_plan_with_a_mistake_changes_nothing_and_says_what_is_wrong() {
        let mut faults = Faults::none(1);
        for (plan, hint) in [
            (json!({"rules": [{"target": "vaults/deleteToken", "do": {"kind": "drop"}}]}), "deleteToken"),
            (json!({"rules": [{"target": "pray", "do": {"kind": "drop"}}]}), "pray"),
            (json!({"rules": [{"target": "pay", "do": {"kind": "explode"}}]}), "explode"),
            (
                json!({"rules": [{"target": "pay", "probability": 1.5, "do": {"kind": "drop"}}]}),
                "probability",
            ),
            (json!({"rules": [{"target": "pay", "script": ["x"], "do": {"kind": "drop"}}]}), "script"),
        ] {
            let error = faults.replace(plan).expect_err("a mistake");
            assert!(error.contains(hint), "{error}");
        }
        assert_eq!(faults.pick("pay"), None);
    }
}
