//! `cargo xtask features`: every crate must compile without features, with each feature alone, and with all of them.
//! Leaves what a feature adds to the manifests; reads their names through cargo.

use crate::FAILED;
use crate::process;
use crate::report::counted;
use crate::workspace::{Package, Workspace};

/// Checks every crate that has features, all of them even after a failure.
pub(crate) fn run(_: &[String]) -> Result<u8, String> {
    Ok(if check(&Workspace::load()?)? { 0 } else { FAILED })
}

/// Whether every combination compiles; what does not is printed.
pub(crate) fn check(workspace: &Workspace) -> Result<bool, String> {
    let choices: Vec<(&Package, Vec<String>)> = workspace
        .packages
        .iter()
        .flat_map(|package| choices(package).into_iter().map(move |choice| (package, choice)))
        .collect();
    let mut broken = Vec::new();
    for (package, choice) in &choices {
        let mut command = process::cargo(&workspace.root, &["check", "--quiet", "--package", &package.name]);
        if !process::succeeds(command.args(choice))? {
            broken.push(format!("{} {}", package.name, choice.join(" ")));
        }
    }
    for one in &broken {
        println!("does not compile: {one}");
    }
    println!("features: {}, {} broken", counted(choices.len(), "combination"), broken.len());
    Ok(broken.is_empty())
}

/// Cargo's words for each choice of features; none for a crate that has no feature.
fn choices(package: &Package) -> Vec<Vec<String>> {
    let features: Vec<&String> = package.features.iter().filter(|name| *name != "default").collect();
    let none = || vec!["--no-default-features".to_owned()];
    let alone = features.iter().map(|name| [none(), vec!["--features".to_owned(), (*name).clone()]].concat());
    match features.len() {
        0 => Vec::new(),
        // The only feature alone is all features.
        1 => [none()].into_iter().chain(alone).collect(),
        _ => [none()].into_iter().chain(alone).chain([vec!["--all-features".to_owned()]]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(features: &[&str]) -> Package {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        Package { name: "one".to_owned(), folder: "one".to_owned(), dependencies: Vec::new(), features }
    }

    #[test]
    fn a_crate_is_checked_without_features_with_each_alone_and_with_all() {
        let found: Vec<String> =
            choices(&package(&["a", "b", "default"])).iter().map(|choice| choice.join(" ")).collect();
        assert_eq!(
            found,
            [
                "--no-default-features",
                "--no-default-features --features a",
                "--no-default-features --features b",
                "--all-features",
            ]
        );
    }

    #[test]
    fn nothing_is_checked_twice() {
        assert_eq!(choices(&package(&["a"])).len(), 2);
        assert_eq!(choices(&package(&["default"])), Vec::<Vec<String>>::new());
    }
}
