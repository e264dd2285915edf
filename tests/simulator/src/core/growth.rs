//! Long lists grow by an eighth, not to twice their length: a list of large entries wastes little of its memory.
//! Short lists have their own ways.

/// Adds an entry at the end.
pub(crate) fn push<T>(list: &mut Vec<T>, entry: T) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 8).max(16));
    }
    list.push(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_an_eighth_of_a_long_list_is_empty_and_it_rarely_moves() {
        let mut list = Vec::new();
        let mut moves = 0;
        for entry in 0..100_000 {
            let before = list.capacity();
            push(&mut list, entry);
            moves += usize::from(list.capacity() != before);
            assert!(list.capacity() <= list.len() + (list.len() / 8).max(16), "{}", list.len());
        }
        assert_eq!(list.len(), 100_000);
        assert!(moves < 100, "{moves}");
    }
}
