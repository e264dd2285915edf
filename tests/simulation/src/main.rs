//! The command line of the simulation: many seeds on all cores, one seed with its trace, and the planted mistakes.
//! One seed is `run`'s.

use std::io::Write as _;
use std::process::ExitCode;

use antom_simulation::campaign::{self, Campaign, Report};
use antom_simulation::cells;
use antom_simulation::mistake::Mistake;
use antom_simulation::model;
use antom_simulation::profile::Profile;
use antom_simulation::run::{Plan, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
Simulates orders against the gateway's core, with faults on every port, and compares both books at rest.

  --orders N       how many orders (default 100000)
  --seed S         the first seed (default 1)
  --faults NAME    which faults: swarm (default), calm, deaf, mute, network, notifications, storage, crashes,
                   instances, clocks, worst
  --trace          one seed only, with everything that happened
  --mistake NAME   plants a mistake; with --trace shows how it is found
  --profile NAME   quick: 100000 orders, then the model and every planted mistake; long: 10000000 orders, and every
                   cell of the state tables is reached, unless it is listed as impossible
  --cells          tells how often each cell of the state tables was reached, and what speaks against the list of
                   impossible ones
  --model          visits every state of one order with two attempts, two losses, two copies and one crash
  --mistakes       plants every mistake, one after the other, and tells the seed that finds it (at most 10000 each)

Exit code 0: no rule was broken (or every mistake was found); 1: otherwise; 64: wrong usage.";

const USAGE: u8 = 64;
/// The orders of the long profile.
const LONG: u64 = 10_000_000;

/// One thing to do.
#[derive(Clone, Copy)]
enum Part {
    Orders,
    Trace,
    Model,
    Mistakes,
}

/// What the command line asks for.
struct Options {
    campaign: Campaign,
    parts: Vec<Part>,
    shows_cells: bool,
    is_long: bool,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            say(&format!("{fault}\n\n{HELP}"));
            return ExitCode::from(USAGE);
        }
    };
    // Every part is done, also after one that found something.
    let mut went_well = true;
    for part in &options.parts {
        went_well &= match part {
            Part::Orders => simulate(&options),
            Part::Trace => show(options.campaign),
            Part::Model => visit_model(),
            Part::Mistakes => plant_all(options.campaign),
        };
    }
    ExitCode::from(u8::from(!went_well))
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let mut options =
        Options { campaign: Campaign::default(), parts: Vec::new(), shows_cells: false, is_long: false };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} lacks its value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--orders" => options.campaign.orders = number(&value()?)?,
            "--seed" => options.campaign.first_seed = number(&value()?)?,
            "--trace" => options.parts.push(Part::Trace),
            "--mistakes" => options.parts.push(Part::Mistakes),
            "--model" => options.parts.push(Part::Model),
            "--cells" => options.shows_cells = true,
            "--profile" => match value()?.as_str() {
                "quick" => options.parts.extend([Part::Orders, Part::Model, Part::Mistakes]),
                "long" => {
                    options.campaign.orders = LONG;
                    options.is_long = true;
                }
                other => return Err(format!("no profile is called {other}")),
            },
            "--faults" => {
                let name = value()?;
                let known = Profile::NAMES.into_iter().find(|known| *known == name);
                options.campaign.faults = known.ok_or_else(|| format!("no faults are called {name}"))?;
            }
            "--mistake" => {
                let name = value()?;
                let known = Mistake::named(&name).ok_or_else(|| format!("no mistake is called {name}"))?;
                options.campaign.mistake = Some(known);
            }
            _ => return Err(format!("unknown option {argument}")),
        }
    }
    if options.parts.is_empty() {
        options.parts.push(Part::Orders);
    }
    Ok(Some(options))
}

fn number(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|_| format!("{text} is not a number"))
}

/// Many seeds; `true` if no rule was broken.
fn simulate(options: &Options) -> bool {
    let campaign = options.campaign;
    let report = campaign::run(campaign);
    for finding in report.findings.iter().take(20) {
        say(&format!("seed {}: {}", finding.seed, finding.violations.join("; ")));
        let mistake = campaign.mistake.map(|it| format!(" --mistake {}", it.name())).unwrap_or_default();
        let (seed, faults) = (finding.seed, campaign.faults);
        say(&format!("  replay: cargo xtask sim --seed {seed} --faults {faults}{mistake} --trace"));
    }
    if options.shows_cells {
        for (cell, count) in &report.cells {
            let reason = cells::why_impossible(cell).unwrap_or_default();
            say(&format!("{:<14} {:<14} {:<20} {count:>10}  {reason}", cell.machine, cell.phase, cell.input));
        }
    }
    let cells_are_right = !(options.shows_cells || options.is_long) || judge_cells(&report, options.is_long);
    say(&report.to_string());
    report.findings.is_empty() && cells_are_right
}

/// `true` if no cell that is listed as impossible was reached, and, in a long run, every other one often enough.
fn judge_cells(report: &Report, is_long: bool) -> bool {
    let verdict = cells::judge(&report.cells);
    verdict.wrong.iter().for_each(|wrong| say(&format!("listed as impossible: {wrong}")));
    verdict.seldom.iter().for_each(|seldom| say(&format!("fewer than {}: {seldom}", cells::LEAST)));
    verdict.coincidences.iter().for_each(|rare| say(&format!("by coincidence: {rare}")));
    say(&format!(
        "{} cells, {} reached fewer than {} times, {} wrongly listed as impossible",
        report.cells.len(),
        verdict.seldom.len(),
        cells::LEAST,
        verdict.wrong.len()
    ));
    verdict.wrong.is_empty() && (!is_long || verdict.seldom.is_empty())
}

/// One seed with its trace.
fn show(campaign: Campaign) -> bool {
    let plan = Plan {
        seed: campaign.first_seed,
        faults: campaign.faults,
        mistake: campaign.mistake,
        keeps_trace: true,
    };
    let outcome = run(plan);
    say(&outcome.trace.join("\n"));
    if let Some(profile) = outcome.profile {
        say(&format!("{profile:?}"));
    }
    say(&format!("trace hash {:016x}, {} violations", outcome.trace_hash, outcome.violations.len()));
    outcome.violations.iter().for_each(|violation| say(violation));
    outcome.violations.is_empty()
}

/// The whole space of the small model; `true` if every property holds.
fn visit_model() -> bool {
    let visit = model::visit(2, 2, 1);
    say(&format!(
        "model of two attempts, two losses, two copies, one crash: {} states, {} steps, depth {}, {} properties broken",
        visit.states,
        visit.steps,
        visit.depth,
        visit.broken.len()
    ));
    visit.broken.iter().for_each(|broken| say(broken));
    visit.broken.is_empty()
}

/// Every mistake; `true` if each was found.
fn plant_all(campaign: Campaign) -> bool {
    let found = campaign::find_all(campaign);
    for (mistake, finding) in &found {
        match finding {
            Some(finding) => {
                let first = finding.violations.first().map(String::as_str).unwrap_or_default();
                say(&format!("{:<34} seed {:>5}  {first}", mistake.name(), finding.seed));
            }
            None => say(&format!("{:<34} SURVIVED", mistake.name())),
        }
    }
    let survivors = found.iter().filter(|(_, finding)| finding.is_none()).count();
    say(&format!("{} mistakes planted, {survivors} survived", found.len()));
    survivors == 0
}

fn say(text: &str) {
    // A reader that has gone away is no reason to stop.
    let _written = writeln!(std::io::stdout(), "{text}");
}
