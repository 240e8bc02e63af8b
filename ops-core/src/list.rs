//! A list with a least and a most number of entries.

use serde::{Deserialize, Serialize};

use crate::invalid::{Invalid, Rule};

/// `MIN` to `MAX` entries, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    /// Checks how many there are.
    ///
    /// # Errors
    /// [`Rule::Length`].
    pub fn parse(entries: Vec<T>) -> Result<Self, Invalid> {
        if (MIN..=MAX).contains(&entries.len()) {
            return Ok(Self(entries));
        }
        Err(Invalid::new(Rule::Length, format!("must have {MIN} to {MAX} entries")))
    }

    /// A list of so many entries as this code says; what does not fit does not build.
    pub(crate) fn of<const N: usize>(entries: [T; N]) -> Self {
        const { assert!(MIN <= N && N <= MAX) };
        Self(entries.into())
    }
}

impl<T, const MAX: usize> Default for List<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> std::ops::Deref for List<T, MIN, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for List<T, MIN, MAX> {
    type Error = Invalid;
    fn try_from(entries: Vec<T>) -> Result<Self, Invalid> {
        Self::parse(entries)
    }
}

impl<T, const MIN: usize, const MAX: usize> From<List<T, MIN, MAX>> for Vec<T> {
    fn from(list: List<T, MIN, MAX>) -> Self {
        list.0
    }
}

/// The places of entries that repeat an earlier one, by what must differ.
pub(crate) fn repeated<T, K: PartialEq>(entries: &[T], key: impl Fn(&T) -> K) -> Vec<usize> {
    let keys: Vec<K> = entries.iter().map(key).collect();
    let is_repeated = |(at, key): (usize, &K)| keys.iter().take(at).any(|other| other == key).then_some(at);
    keys.iter().enumerate().filter_map(is_repeated).collect()
}
