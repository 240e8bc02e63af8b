//! How many mutants the tests noticed, and which they did not.

use super::mutant::Mutant;
use super::tool::Outcome;

/// Of all mutants that were tried.
#[derive(Debug, Default)]
pub(crate) struct Score {
    caught: usize,
    timed_out: usize,
    unviable: usize,
    missed: Vec<Mutant>,
}

impl Score {
    /// Takes in what one rung noticed; what it missed may be noticed by the next.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        self.caught += outcome.caught;
        self.timed_out += outcome.timed_out;
        self.unviable += outcome.unviable;
    }

    /// Those that no rung noticed.
    pub(crate) fn survived(&mut self, missed: Vec<Mutant>) {
        self.missed = missed;
    }

    /// Noticed, and all that could be. A mutant that never ends is noticed; one that does not compile says nothing.
    fn share(&self) -> (usize, usize) {
        let noticed = self.caught + self.timed_out;
        (noticed, noticed + self.missed.len())
    }

    pub(crate) fn reaches(&self, floor: usize) -> bool {
        let (noticed, all) = self.share();
        noticed * 100 >= all * floor
    }

    /// The survivors and the score, for a person.
    pub(crate) fn lines(&self, floor: usize) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.missed.is_empty() {
            lines.push("no test noticed:".to_owned());
            lines.extend(self.missed.iter().map(|mutant| format!("  {}", mutant.name)));
        }
        let (noticed, all) = self.share();
        let tenths = (noticed * 1000).checked_div(all).unwrap_or(1000);
        let verdict = if self.reaches(floor) { "ok" } else { "FAILED" };
        lines.push(format!(
            "mutants {verdict}: {noticed} of {all} noticed ({} of them never ended), {}.{} %, the floor is {floor} %; {} more did \
             not compile",
            self.timed_out,
            tenths / 10,
            tenths % 10,
            self.unviable
        ));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(caught: usize, missed: usize) -> Score {
        let mut score = Score::default();
        score.add(&Outcome { caught, timed_out: 1, unviable: 5, missed: Vec::new() });
        score.survived((0..missed).map(|number| Mutant::named("ops-core", &number.to_string())).collect());
        score
    }

    #[test]
    fn the_floor_itself_is_enough_and_one_less_is_not() {
        assert!(score(74, 25).reaches(75));
        assert!(!score(73, 26).reaches(75));
        assert!(score(0, 0).reaches(90));
    }

    #[test]
    fn the_survivors_are_listed_before_the_score() {
        assert_eq!(
            score(1, 1).lines(75),
            [
                "no test noticed:",
                "  0",
                "mutants FAILED: 2 of 3 noticed (1 of them never ended), 66.6 %, the floor is 75 %; 5 more did not compile"
            ]
        );
    }
}
