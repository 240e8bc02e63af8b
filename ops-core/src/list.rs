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

#[cfg(test)]
mod tests {
    use super::*;

    type Few = List<u8, 1, 3>;

    #[test]
    fn a_list_has_its_number_of_entries_and_keeps_their_order() {
        for good in [vec![7], vec![3, 1, 2]] {
            let list: Few = serde_json::from_value(serde_json::to_value(&good).unwrap()).unwrap();
            assert_eq!((&*list, &list), (good.as_slice(), &Few::parse(good.clone()).unwrap()));
            assert_eq!(serde_json::to_value(&list).unwrap(), serde_json::to_value(&good).unwrap());
        }
        for bad in [vec![], vec![1, 2, 3, 4]] {
            assert!(serde_json::from_value::<Few>(serde_json::to_value(&bad).unwrap()).is_err());
            let refused = Few::parse(bad).unwrap_err();
            assert_eq!((refused.rule, refused.message.as_str()), (Rule::Length, "must have 1 to 3 entries"));
        }
        assert_eq!(&*Few::of([1, 2]), [1, 2]);
        assert!(List::<u8, 0, 3>::default().is_empty());
    }

    #[test]
    fn an_entry_repeats_when_an_earlier_one_has_the_same_key() {
        assert_eq!(repeated(&["a", "b", "A", "c", "a"], |word| word.to_lowercase()), [2, 4]);
        assert!(repeated(&["a", "b"], |word| word.to_lowercase()).is_empty());
    }
}
