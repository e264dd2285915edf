//! Finds citation comments and the test functions that they stand on.
//! Leaves to its parent whether the ids exist and whether anybody runs the test.

/// One citation comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Citation {
    /// Counted from one.
    pub(super) line: usize,
    /// As written; may be no ids at all.
    pub(super) ids: Vec<String>,
    pub(super) kind: Kind,
}

/// What the comment claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code below fulfils the requirement.
    Code,
    /// The test function proves it.
    Test { function: String },
    /// It says `test` and stands on no test function.
    LooseTest,
}

/// All citations of one file, in order.
pub(super) fn find(text: &str) -> Vec<Citation> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let cited = lines.iter().enumerate().filter_map(|(index, line)| Some((index, line.strip_prefix("//=")?)));
    cited.map(|(index, claim)| citation(&lines, index, claim.trim())).collect()
}

fn citation(lines: &[&str], index: usize, claim: &str) -> Citation {
    let (ids, is_test) = match claim.strip_suffix("test") {
        Some(ids) if ids.is_empty() || ids.ends_with(' ') => (ids, true),
        _ => (claim, false),
    };
    let kind = match (is_test, test_function(lines, index)) {
        (false, _) => Kind::Code,
        (true, Some(function)) => Kind::Test { function },
        (true, None) => Kind::LooseTest,
    };
    Citation { line: index + 1, ids: ids.split(',').map(|id| id.trim().to_owned()).collect(), kind }
}

/// The test function that the citation at `index` stands above, or first inside.
fn test_function(lines: &[&str], index: usize) -> Option<String> {
    let head = head_below(lines, index).or_else(|| head_above(lines, index))?;
    let name = function_name(lines.get(head)?)?;
    has_test_attribute(lines, head).then(|| name.to_owned())
}

/// The function line right below, with only comments and attributes between.
fn head_below(lines: &[&str], index: usize) -> Option<usize> {
    let mut open_brackets = 0;
    for (at, line) in lines.iter().enumerate().skip(index + 1) {
        if open_brackets > 0 || line.starts_with("#[") {
            open_brackets += balance(line);
        } else if !line.starts_with("//") {
            return function_name(line).map(|_| at);
        }
    }
    None
}

/// The function line above, when nothing but its own parameters and comments stand between.
fn head_above(lines: &[&str], index: usize) -> Option<usize> {
    let mut above = lines.iter().enumerate().take(index).rev().skip_while(|(_, line)| line.starts_with("//"));
    let (opening, line) = above.next()?;
    if !line.ends_with('{') {
        return None;
    }
    if function_name(line).is_some() {
        return Some(opening);
    }
    // A parameter list over several lines: its head ends with the open parenthesis.
    let head =
        above.take_while(|(_, line)| !line.ends_with(['}', ';', '{'])).find(|(_, line)| line.ends_with('('));
    head.filter(|(_, line)| function_name(line).is_some()).map(|(at, _)| at)
}

/// How many square brackets the line leaves open.
fn balance(line: &str) -> isize {
    let count = |sign: char| isize::try_from(line.matches(sign).count()).unwrap_or(isize::MAX);
    count('[') - count(']')
}

/// `pays_once` of `async fn pays_once() {`.
fn function_name(line: &str) -> Option<&str> {
    let mut words =
        line.split_whitespace().skip_while(|word| matches!(*word, "pub" | "pub(crate)" | "async"));
    (words.next() == Some("fn")).then_some(())?;
    let rest = words.next()?;
    rest.split(['(', '<']).next().filter(|name| !name.is_empty())
}

/// Whether one of the attributes over the function makes it a test.
fn has_test_attribute(lines: &[&str], head: usize) -> bool {
    let mut inside_attribute = false;
    for line in lines.iter().take(head).rev() {
        if makes_test(line) {
            return true;
        }
        // Read upwards, an attribute over several lines shows its end first.
        inside_attribute = (inside_attribute || *line == ")]") && !line.starts_with("#[");
        if !(inside_attribute || line.starts_with("#[") || line.starts_with("//")) {
            return false;
        }
    }
    false
}

/// `#[test]`, `#[tokio::test(...)]`, and the attributes that make a property a test.
fn makes_test(line: &str) -> bool {
    let Some(attribute) = line.strip_prefix("#[") else { return false };
    let path = attribute.split(['(', ']', ' ', '=']).next().unwrap_or_default();
    matches!(path.rsplit("::").next(), Some("test" | "proptest" | "property_test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Citation {
        let mut found = find(text);
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0)
    }

    fn proves(text: &str) -> Option<String> {
        match only(text).kind {
            Kind::Test { function } => Some(function),
            Kind::Code | Kind::LooseTest => None,
        }
    }

    #[test]
    fn a_citation_may_name_several_requirements() {
        let citation = only("    //= N-3, N-4\nfn f() {}\n");
        assert_eq!(citation.ids, ["N-3", "N-4"]);
        assert_eq!((citation.line, citation.kind), (1, Kind::Code));
    }

    #[test]
    fn text_in_a_string_is_not_a_citation() {
        assert!(find("let a = \"//= N-3\";\n// = N-3\n").is_empty());
    }

    #[test]
    fn a_test_is_cited_above_its_attributes_or_below_them() {
        assert_eq!(proves("//= N-3 test\n#[test]\nfn a() {}\n").unwrap(), "a");
        assert_eq!(proves("#[test]\n//= N-3 test\nfn b() {\n").unwrap(), "b");
        assert_eq!(
            proves("/// Why.\n//= N-3, N-4 test\n#[tokio::test(flavor = \"x\")]\nasync fn c() {\n").unwrap(),
            "c"
        );
        assert_eq!(
            proves("//= N-3 test\n#[tokio::test(\n    flavor = \"x\"\n)]\nasync fn d() {\n").unwrap(),
            "d"
        );
        assert_eq!(proves("//= N-3 test\n#[test]\n#[expect(x, reason = \"y\")]\nfn e() {}\n").unwrap(), "e");
    }

    #[test]
    fn a_test_is_cited_on_its_first_lines_too() {
        assert_eq!(proves("#[test]\nfn a() {\n    // Why.\n    //= N-3 test\n    run();\n").unwrap(), "a");
        assert_eq!(proves("#[test]\nfn a(\n    x in 0..3,\n) {\n    //= N-3 test\n").unwrap(), "a");
    }

    #[test]
    fn a_function_that_is_no_test_proves_nothing() {
        assert_eq!(only("//= N-3 test\nfn helper() {}\n").kind, Kind::LooseTest);
        assert_eq!(only("#[test]\nfn a() {}\n\n//= N-3 test\nfn helper() {}\n").kind, Kind::LooseTest);
        assert_eq!(
            only("#[test]\nfn a() {\n    run();\n    //= N-3 test\n    more();\n}\n").kind,
            Kind::LooseTest
        );
        assert_eq!(only("//= N-3 test\n\n#[test]\nfn a() {}\n").kind, Kind::LooseTest);
        assert_eq!(only("//= N-3 test\n#[cfg(test)]\nmod tests {\n").kind, Kind::LooseTest);
    }

    #[test]
    fn a_word_that_only_ends_in_test_is_no_claim() {
        assert_eq!(only("//= latest\n").ids, ["latest"]);
        assert_eq!(only("//= latest\n").kind, Kind::Code);
    }
}
