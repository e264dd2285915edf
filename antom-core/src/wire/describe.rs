//! What every message holds, as data: names, kinds, and which values are never printed.
//! Reading and printing is left to the messages themselves.

/// A message that can tell its members, for documentation, redaction and tests of completeness.
///
/// ```
/// use antom_core::wire::{CancelRequest, MemberKind, Message};
///
/// let description = CancelRequest::description();
/// let names: Vec<_> = description.members.iter().map(|member| member.name).collect();
/// assert_eq!(names, ["paymentId", "paymentRequestId", "merchantAccountId"]);
/// assert!(matches!(description.members[0].kind, MemberKind::Text));
/// ```
pub trait Message {
    /// Name and members of the message.
    fn description() -> &'static MessageDescription;
}

/// Name and members of a message.
#[derive(Debug)]
#[non_exhaustive]
pub struct MessageDescription {
    /// Name of the Rust type.
    pub name: &'static str,
    /// Required members first, then the optional ones.
    pub members: &'static [MemberDescription],
}

/// One member of a message.
#[derive(Debug)]
#[non_exhaustive]
pub struct MemberDescription {
    /// Name on the wire.
    pub name: &'static str,
    /// Whether the message cannot be without it.
    pub is_required: bool,
    /// Whether Debug shows `<hidden>` instead of the value: secrets and personal data.
    pub is_hidden: bool,
    /// What values it takes.
    pub kind: MemberKind,
}

/// What values a member takes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum MemberKind {
    /// A text, or an id.
    Text,
    /// A boolean, also read from `"true"` and `"false"`.
    Flag,
    /// An integer, also read from a text of digits.
    Number,
    /// A time with its offset.
    Time,
    /// A word of an open set; the function tells those that are listed.
    Word(fn() -> Vec<&'static str>),
    /// A JSON object whose members are not typed here.
    Object,
    /// A list.
    List(&'static MemberKind),
    /// An object whose member names are free and whose values are of one kind.
    Map(&'static MemberKind),
    /// Another message; the function describes it.
    Message(fn() -> &'static MessageDescription),
}
