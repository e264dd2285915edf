//! Renders the state tables to Markdown: `tables DIR` writes one file a machine.
//! `cargo xtask tables` compares them with `docs/tables`, so that a changed table is seen in review.

use std::path::Path;
use std::process::ExitCode;

use antom_domain::authorization::AuthorizationTable;
use antom_domain::cancel::CancelTable;
use antom_domain::capture::CaptureTable;
use antom_domain::payment::PaymentTable;
use antom_domain::refund::RefundTable;
use antom_domain::verdict::{Table, Verdict};

fn main() -> ExitCode {
    let Some(dir) = std::env::args().nth(1) else { return usage() };
    let written = [
        write::<PaymentTable>(&dir),
        write::<AuthorizationTable>(&dir),
        write::<CaptureTable>(&dir),
        write::<CancelTable>(&dir),
        write::<RefundTable>(&dir),
    ];
    match written.into_iter().collect::<std::io::Result<Vec<()>>>() {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{dir}: {error}")),
    }
}

fn write<T: Table>(dir: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    std::fs::write(Path::new(dir).join(format!("{}.md", T::NAME)), render::<T>())
}

fn render<T: Table>() -> String {
    let mut page = format!(
        "# The {} table\n\nRendered from the code by `cargo xtask tables --write`; do not edit.\n\n\
         A phase in a cell: the machine moves there. *stay*: heard, nothing changes. *repeat*: it is already so. \
         *refuse*: a command that is not allowed. **contradict**: recorded, alerted, inquired, never written over.\n\n",
        T::NAME
    );
    page.push_str("| input |");
    for phase in T::PHASES {
        page.push_str(&format!(" {phase:?}{} |", if T::is_final(*phase) { " (final)" } else { "" }));
    }
    page.push_str(&format!("\n| --- |{}\n", " --- |".repeat(T::PHASES.len())));
    for input in T::INPUTS {
        page.push_str(&format!("| {input:?} |"));
        for phase in T::PHASES {
            page.push_str(&format!(" {} |", T::next(*phase, *input)));
        }
        page.push('\n');
    }
    page.push_str("\n## Phases\n\n");
    for phase in T::PHASES {
        page.push_str(&format!("- **{phase:?}**: {}\n", T::explain(*phase)));
    }
    page.push_str("\n## Moves\n\n```mermaid\nstateDiagram-v2\n");
    for phase in T::PHASES {
        for target in T::PHASES {
            let inputs: Vec<String> = T::INPUTS
                .iter()
                .filter(|input| T::next(*phase, **input) == Verdict::Go(*target))
                .map(|input| format!("{input:?}"))
                .collect();
            if !inputs.is_empty() {
                page.push_str(&format!("    {phase:?} --> {target:?}: {}\n", inputs.join(", ")));
            }
        }
    }
    page.push_str("```\n");
    page
}

#[expect(clippy::print_stderr, reason = "a small program says what is wrong")]
fn fail(text: &str) -> ExitCode {
    eprintln!("tables: {text}");
    ExitCode::FAILURE
}

fn usage() -> ExitCode {
    fail("name the folder to write to, for example `tables docs/tables`")
}
