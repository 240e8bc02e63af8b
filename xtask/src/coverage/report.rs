//! The shares of the layers, as a table, and what is below its floor.

use super::layer::{LAYERS, Layer};
use super::lines::Lines;

/// How many files a complaint names.
const NAMED: usize = 10;

/// The lines of each layer.
pub(crate) struct Report {
    shares: [Share; LAYERS.len()],
}

#[derive(Default)]
struct Share {
    ran: usize,
    all: usize,
    /// By file, the lines that did not run.
    missed: Vec<(String, Vec<u32>)>,
}

impl Share {
    fn add(&mut self, file: &str, lines: impl Iterator<Item = (u32, bool)>) {
        let mut missed = Vec::new();
        for (number, ran) in lines {
            self.all += 1;
            if ran {
                self.ran += 1;
            } else {
                missed.push(number);
            }
        }
        if !missed.is_empty() {
            self.missed.push((file.to_owned(), missed));
        }
    }

    fn reaches(&self, floor: u32) -> bool {
        self.all > 0 && self.ran * 100 >= self.all * floor as usize
    }

    /// Percent with one digit, cut and not rounded: what is below a floor must not read as if it reached it.
    fn percent(&self) -> String {
        let tenths = (self.ran * 1000).checked_div(self.all).unwrap_or_default();
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

impl Report {
    /// Sorts the lines into the layers of their files.
    pub(crate) fn of(lines: &Lines) -> Self {
        let mut shares: [Share; LAYERS.len()] = Default::default();
        for (file, lines) in lines {
            if let Some(share) = Layer::of(file).and_then(|place| shares.get_mut(place)) {
                share.add(file, lines.iter().map(|(&number, &ran)| (number, ran)));
            }
        }
        Self { shares }
    }

    fn layers(&self) -> impl Iterator<Item = (&Layer, &Share)> {
        LAYERS.iter().zip(&self.shares)
    }

    /// One line a layer.
    pub(crate) fn table(&self) -> Vec<String> {
        let head = format!(
            "\n{:<30} {:>6} {:>6} {:>6} {:>6}",
            "lines that the tests run", "ran", "of", "%", "floor"
        );
        let row = |(layer, share): (&Layer, &Share)| {
            let floor = layer.floor.map_or_else(|| "-".to_owned(), |floor| floor.to_string());
            format!("{:<30} {:>6} {:>6} {:>6} {floor:>6}", layer.name, share.ran, share.all, share.percent())
        };
        std::iter::once(head).chain(self.layers().map(row)).collect()
    }

    /// The layers below their floor, each with the files that miss most.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (layer, share) in self.layers() {
            let Some(floor) = layer.floor.filter(|&floor| !share.reaches(floor)) else { continue };
            complaints.push(format!(
                "{}: {} % of the lines, and {floor} % is the floor",
                layer.name,
                share.percent()
            ));
            let mut files: Vec<_> = share.missed.iter().map(|(file, lines)| (lines.len(), file)).collect();
            files.sort_by(|one, other| other.cmp(one));
            complaints.extend(
                files.iter().take(NAMED).map(|(lines, file)| format!("  {lines:>4} lines of {file}")),
            );
        }
        if !complaints.is_empty() {
            complaints.push("`cargo xtask coverage --report --missed` lists the lines".to_owned());
        }
        complaints
    }

    /// The lines that did not run, of each layer with a floor.
    pub(crate) fn missed(&self) -> Vec<String> {
        let held = self.layers().filter(|(layer, _)| layer.floor.is_some());
        held.flat_map(|(_, share)| {
            share.missed.iter().map(|(file, lines)| format!("{file}: {}", ranges(lines)))
        })
        .collect()
    }
}

/// `3, 7-9`, of ascending numbers.
fn ranges(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let range = |&(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every layer with twenty lines, of which the use cases miss so many.
    fn report(missed: u32) -> Report {
        let lines =
            |missed: u32| (1..=20).map(|number| (number, number > missed)).collect::<BTreeMap<_, _>>();
        let file = |name: &str, missed| (name.to_owned(), lines(missed));
        Report::of(&Lines::from([
            file("ops-core/src/routing/resolve.rs", 0),
            file("ops-core/src/version.rs", 1),
            file("ops-daemon/src/app/decide.rs", missed),
            file("ops-daemon/src/http/token.rs", 20),
            file("xtask/src/main.rs", 20),
        ]))
    }

    #[test]
    fn a_layer_that_reaches_its_floor_exactly_is_well_and_one_line_less_is_not() {
        assert_eq!(report(2).complaints(), Vec::<String>::new());
        let complaints = report(3).complaints();
        assert_eq!(complaints[0], "use cases: 85.0 % of the lines, and 90 % is the floor");
        assert_eq!(complaints[1], "     3 lines of ops-daemon/src/app/decide.rs");
    }

    #[test]
    fn a_layer_of_which_nothing_was_seen_does_not_reach_its_floor() {
        let complaints = Report::of(&Lines::new()).complaints();
        assert!(
            complaints.iter().any(|complaint| complaint.starts_with("domain services: 0.0 %")),
            "{complaints:?}"
        );
    }

    #[test]
    fn a_share_is_cut_and_not_rounded() {
        let share = Share { ran: 18_999, all: 20_000, missed: Vec::new() };
        assert_eq!((share.percent().as_str(), share.reaches(95)), ("94.9", false));
    }

    #[test]
    fn the_missed_lines_are_told_as_ranges_and_only_of_layers_with_a_floor() {
        assert_eq!(report(3).missed(), ["ops-core/src/version.rs: 1", "ops-daemon/src/app/decide.rs: 1-3"]);
        assert_eq!(ranges(&[1, 3, 4, 5, 9]), "1, 3-5, 9");
    }
}
