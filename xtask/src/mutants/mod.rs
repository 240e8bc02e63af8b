//! `cargo xtask mutants`: changes the code in small ways, one at a time, and sees whether a test notices.

mod mutant;
mod rung;
mod score;
mod skip;
mod tool;
mod tree;

use std::process::ExitCode;
use std::time::Instant;

use crate::cargo::target_folder;
use crate::elapsed::elapsed;
use crate::failure::Failure;
use crate::interrupt;
use crate::say::say;
use mutant::Mutant;
use score::Score;
use tool::Workplace;
use tree::Tree;

/// What `cargo xtask mutants` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Change what differs from this commit. Without it: from where this branch left `origin/main`, or from the commit before.
    #[arg(long, conflicts_with = "package")]
    base: Option<String>,
    /// Change all of this package in place of what differs.
    #[arg(long)]
    package: Option<String>,
    /// Only so many, spread evenly over all that there are.
    #[arg(long)]
    at_most: Option<usize>,
    /// Ask only the tests of the changed package that need no server.
    #[arg(long)]
    unit: bool,
}

/// Percent of the mutants in changed code that tests must notice.
const FLOOR_OF_CHANGES: usize = 75;
/// Percent of the mutants of a whole package.
const FLOOR_OF_PACKAGE: usize = 90;

/// Tests the mutants of what is committed, and fails when too many survive.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let target = target_folder()?;
    let folder = target.join("mutants");
    let tree = Tree::of_head(&folder)?;
    let workplace = Workplace::new(&folder, &target, &tree, skip::read()?)?;
    let (all, floor) = match &arguments.package {
        Some(package) => (workplace.of_package(package)?, FLOOR_OF_PACKAGE),
        None => (workplace.of_changes(&tree.changes_since(arguments.base.as_deref())?)?, FLOOR_OF_CHANGES),
    };
    say(format!("{} in all", count(all.len())));
    let chosen = spread(all, arguments.at_most);
    if chosen.is_empty() {
        say("mutants: no code to change; nothing is shown and nothing fails");
        return Ok(ExitCode::SUCCESS);
    }
    let score = climb(&workplace, &chosen, arguments.unit)?;
    say(format!("\n---- took {}", elapsed(started.elapsed())));
    for line in score.lines(floor) {
        say(line);
    }
    Ok(if score.reaches(floor) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every mutant meets the tests of its rungs, from the cheapest on, until one notices it.
fn climb(workplace: &Workplace, chosen: &[Mutant], only_unit: bool) -> Result<Score, Failure> {
    let mut score = Score::default();
    let mut alive = chosen.to_vec();
    let rungs = if only_unit { 1 } else { rung::COUNT };
    for height in 0..rungs {
        let (rungs, mut survivors) = rung::at(height, alive);
        for (rung, mutants) in rungs {
            interrupt::check()?;
            say(format!("{} against {rung} …", count(mutants.len())));
            let outcome = workplace.test(&mutants, &rung)?;
            score.add(&outcome);
            survivors.extend(outcome.missed);
        }
        alive = survivors;
    }
    score.survived(alive);
    Ok(score)
}

fn count(mutants: usize) -> String {
    if mutants == 1 { "1 mutant".to_owned() } else { format!("{mutants} mutants") }
}

/// So many of them at equal distances, always the same.
fn spread(mutants: Vec<Mutant>, at_most: Option<usize>) -> Vec<Mutant> {
    let all = mutants.len();
    let wanted = at_most.unwrap_or(all).min(all);
    let keeps = |place: usize| (place + 1) * wanted / all > place * wanted / all;
    mutants.into_iter().enumerate().filter(|&(place, _)| keeps(place)).map(|(_, mutant)| mutant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread_of(all: usize, at_most: Option<usize>) -> Vec<String> {
        let mutants = (0..all).map(|number| Mutant::named("ops-core", &number.to_string())).collect();
        spread(mutants, at_most).into_iter().map(|mutant| mutant.name).collect()
    }

    #[test]
    fn a_sample_has_the_size_that_was_asked_for_and_reaches_over_everything() {
        assert_eq!(spread_of(10, Some(3)), ["3", "6", "9"]);
        assert_eq!(spread_of(3, Some(10)).len(), 3);
        assert_eq!(spread_of(7, None).len(), 7);
        assert_eq!(spread_of(0, Some(2)).len(), 0);
        for wanted in 0..=50 {
            assert_eq!(spread_of(50, Some(wanted)).len(), wanted);
        }
    }
}
