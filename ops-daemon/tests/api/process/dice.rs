//! Chance that can be repeated: the same seed gives the same throws.

/// Where a run starts unless `OPS_TEST_SEED` says otherwise.
const SEED: u64 = 0x6f70_735f_6b69_6c6c;

/// Marsaglia's xorshift64*; far from secret, and enough to spread a test.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of a run, and the seed to repeat it with.
    pub(crate) fn of_this_run() -> (u64, Self) {
        let told = std::env::var("OPS_TEST_SEED").ok();
        let seed = told.map_or(SEED, |told| told.parse().expect("OPS_TEST_SEED is a number"));
        (seed, Self::new(seed))
    }

    /// From a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        // zero would only ever give zero
        Self(if seed == 0 { SEED } else { seed })
    }

    /// Any number.
    pub(crate) const fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// One of `from..to`.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + (self.number() >> 33) % (to - from)
    }

    /// One of these; nothing of nothing.
    pub(crate) fn one_of<'a, T>(&mut self, these: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(these.len()).unwrap();
        if count == 0 { None } else { these.get(usize::try_from(self.between(0, count)).unwrap()) }
    }
}
