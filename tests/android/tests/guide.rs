//! The guide for app teams names what the driver and the example know.
//! Whether the example does what it says is told in `stories`.

use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../docs/android.md");
const APP: &str = include_str!("../examples/shop_app/app.rs");
const CONFIGURATION: &str = include_str!("../src/configuration.rs");

/// The texts in quotation marks of some code.
fn texts(code: &str) -> BTreeSet<&str> {
    code.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_guide_names_every_event_that_the_example_handles() {
    let events: Vec<&str> = texts(APP).into_iter().filter(|text| text.starts_with("SDK_")).collect();
    assert!(events.len() > 10, "{events:?}");
    for event in events {
        assert!(GUIDE.contains(&format!("`{event}`")), "{event}");
    }
}

#[test]
fn the_guide_names_every_option_and_every_language_of_the_driver() {
    let lists =
        CONFIGURATION.split("const LOCALES").nth(1).and_then(|rest| rest.split("/// ").next()).unwrap();
    let names = texts(lists);
    assert_eq!(names.len(), 15 + 3, "{names:?}");
    for name in names {
        assert!(GUIDE.contains(&format!("`{name}`")), "{name}");
    }
}
