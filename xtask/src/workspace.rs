//! Where the workspace is, which packages it has and which text files it holds.
//! Leaves to the checks what to think of them; reads `cargo metadata`, never a manifest.

use crate::process;
use crate::source::SourceFile;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Text that the checks read; anything else is data or binary.
const TEXT: [&str; 11] = ["rs", "md", "toml", "yml", "yaml", "sh", "json", "txt", "js", "css", "html"];
/// Extra files without an extension that are text all the same.
const NAMED_TEXT: [&str; 1] = ["run"];
/// Folders with a leading dot that belong to the source.
const SOURCE_DOT_FOLDERS: [&str; 4] = [".cargo", ".ci", ".config", ".github"];

/// The workspace as cargo sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Absolute path of the folder that holds the root manifest.
    pub(crate) root: PathBuf,
    /// Absolute path of the one target folder.
    pub(crate) target: PathBuf,
    /// The member packages.
    pub(crate) packages: Vec<Package>,
}

/// One member package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its folder relative to the root, with forward slashes.
    pub(crate) folder: String,
    /// What its manifest asks for.
    pub(crate) dependencies: Vec<Dependency>,
    /// The names of its features, sorted.
    pub(crate) features: Vec<String>,
}

/// One dependency of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package's real name, also where the manifest renames it.
    pub(crate) name: String,
    /// Whether only tests, examples and benchmarks see it.
    pub(crate) is_dev: bool,
}

impl Workspace {
    /// Asks cargo about the workspace that this program was built in.
    pub(crate) fn load() -> Result<Self, String> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let arguments = ["metadata", "--no-deps", "--format-version", "1"];
        parse(&process::output(&mut process::cargo(home, &arguments))?)
    }

    /// A program that the development profile built.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        self.built_in("debug", name)
    }

    /// A program of antom-tests that the development profile built, to be started in the workspace root.
    pub(crate) fn program(&self, name: &str) -> Result<Command, String> {
        self.to_start(self.built(name), name)
    }

    /// The same, as the release profile built it.
    pub(crate) fn release_program(&self, name: &str) -> Result<Command, String> {
        self.to_start(self.built_in("release", name), name)
    }

    fn built_in(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    fn to_start(&self, path: PathBuf, name: &str) -> Result<Command, String> {
        if !path.is_file() {
            return Err(format!("{} is missing: antom-tests has no binary `{name}`", path.display()));
        }
        let mut command = Command::new(path);
        command.current_dir(&self.root);
        Ok(command)
    }

    /// Every text file of the source, sorted by path.
    pub(crate) fn text_files(&self) -> Result<Vec<SourceFile>, String> {
        let mut files = Vec::new();
        collect(&self.root, &self.root, &mut files)?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(files)
    }
}

fn parse(metadata: &str) -> Result<Workspace, String> {
    let json: Value =
        serde_json::from_str(metadata).map_err(|source| format!("cargo metadata is not JSON: {source}"))?;
    let root = PathBuf::from(text_at(&json, "workspace_root")?);
    let target = PathBuf::from(text_at(&json, "target_directory")?);
    let packages =
        list_at(&json, "packages").map(|package| parse_package(package, &root)).collect::<Result<_, _>>()?;
    Ok(Workspace { root, target, packages })
}

fn parse_package(json: &Value, root: &Path) -> Result<Package, String> {
    let manifest = PathBuf::from(text_at(json, "manifest_path")?);
    let folder = manifest.parent().unwrap_or(&manifest);
    let dependencies = list_at(json, "dependencies").map(parse_dependency).collect::<Result<_, _>>()?;
    let features = json.get("features").and_then(Value::as_object).into_iter().flat_map(|map| map.keys());
    Ok(Package {
        name: text_at(json, "name")?.to_owned(),
        folder: relative(folder, root),
        dependencies,
        features: features.cloned().collect(),
    })
}

fn parse_dependency(json: &Value) -> Result<Dependency, String> {
    let is_dev = json.get("kind").and_then(Value::as_str) == Some("dev");
    Ok(Dependency { name: text_at(json, "name")?.to_owned(), is_dev })
}

fn text_at<'a>(json: &'a Value, key: &str) -> Result<&'a str, String> {
    json.get(key).and_then(Value::as_str).ok_or_else(|| format!("cargo metadata lacks `{key}`"))
}

fn list_at<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<SourceFile>) -> Result<(), String> {
    let entries =
        fs::read_dir(folder).map_err(|source| format!("cannot list {}: {source}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && is_source_folder(&name) {
            collect(&path, root, files)?;
        } else if kind.is_file() && is_text(&name) {
            let text = fs::read_to_string(&path)
                .map_err(|source| format!("cannot read {}: {source}", path.display()))?;
            files.push(SourceFile { path: relative(&path, root), text });
        }
    }
    Ok(())
}

fn is_source_folder(name: &str) -> bool {
    SOURCE_DOT_FOLDERS.contains(&name)
        || !(name.starts_with('.') || matches!(name, "target" | "node_modules"))
}

fn is_text(name: &str) -> bool {
    NAMED_TEXT.contains(&name) || name.rsplit_once('.').is_some_and(|(_, end)| TEXT.contains(&end))
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_packages_with_folders_and_kinds_of_dependency() {
        let text = r#"{"workspace_root":"/w","target_directory":"/w/target","packages":[
            {"name":"antom-core","manifest_path":"/w/antom-core/Cargo.toml","dependencies":[
                {"name":"jiff","kind":null},{"name":"proptest","kind":"dev"}],"features":{"serde":["dep:serde"]}}]}"#;
        let workspace = parse(text).unwrap();
        assert_eq!(workspace.root, PathBuf::from("/w"));
        let core = workspace.packages.first().unwrap();
        assert_eq!((core.name.as_str(), core.folder.as_str()), ("antom-core", "antom-core"));
        assert_eq!(core.features, ["serde"]);
        assert_eq!(core.dependencies.iter().map(|one| one.is_dev).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_program_that_is_not_built_is_told_by_name() {
        let nowhere = PathBuf::from("nowhere");
        let workspace = Workspace { root: nowhere.clone(), target: nowhere, packages: Vec::new() };
        assert!(workspace.program("demo").unwrap_err().contains("`demo`"));
    }

    #[test]
    fn metadata_without_a_root_is_refused() {
        assert!(parse("{}").unwrap_err().contains("workspace_root"));
        assert!(parse("not json").is_err());
    }

    #[test]
    fn build_output_and_hidden_folders_are_not_source() {
        assert!(is_source_folder(".github") && is_source_folder("docs"));
        assert!(!is_source_folder("target") && !is_source_folder(".git"));
    }

    #[test]
    fn text_is_known_by_its_name() {
        assert!(is_text("lib.rs") && is_text("run") && is_text("ci.yml"));
        assert!(!is_text("truststore.p12") && !is_text("Cargo.lock"));
    }

    #[test]
    fn the_workspace_of_this_program_holds_this_file() {
        let workspace = Workspace::load().unwrap();
        let files = workspace.text_files().unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/workspace.rs"));
    }
}
