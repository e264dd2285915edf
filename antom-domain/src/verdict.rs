//! What a state table says about one phase and one input.
//! The tables are in the `phase` module of each machine; acting on the verdict is left to `order`.

use std::fmt;

/// The answer of a table for a pair of phase and input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<P> {
    /// The machine moves on.
    Go(P),
    /// The input is heard and changes nothing.
    Stay,
    /// It is already so.
    Repeat,
    /// A command that is not allowed now.
    Refuse,
    /// A fact that speaks against a final phase: recorded, alerted, inquired, never written over it.
    Contradict,
}

impl<P: fmt::Debug> fmt::Display for Verdict<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Go(phase) => write!(f, "{phase:?}"),
            Verdict::Stay => f.write_str("stay"),
            Verdict::Repeat => f.write_str("repeat"),
            Verdict::Refuse => f.write_str("refuse"),
            Verdict::Contradict => f.write_str("**contradict**"),
        }
    }
}

/// A machine's table as data: every phase, every input, and the verdict for each pair.
pub trait Table {
    /// The phases.
    type Phase: Copy + fmt::Debug + PartialEq + 'static;
    /// What can happen.
    type Input: Copy + fmt::Debug + PartialEq + 'static;
    /// The machine's name.
    const NAME: &'static str;
    /// Every phase, in reading order.
    const PHASES: &'static [Self::Phase];
    /// Every input, in reading order.
    const INPUTS: &'static [Self::Input];

    /// What happens to `phase` on `input`.
    fn next(phase: Self::Phase, input: Self::Input) -> Verdict<Self::Phase>;
    /// Whether nothing leaves this phase any more.
    fn is_final(phase: Self::Phase) -> bool;
    /// What the phase means, for a support engineer.
    fn explain(phase: Self::Phase) -> &'static str;
}

/// Looks a pair up. Every decision comes through here, so that a simulation can count which cells it has reached.
pub(crate) fn consult<T: Table>(phase: T::Phase, input: T::Input) -> Verdict<T::Phase> {
    #[cfg(feature = "testing")]
    crate::testing::census::count::<T>(phase, input);
    T::next(phase, input)
}
