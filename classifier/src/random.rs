//! Randomness that is the same everywhere.

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
pub struct Random(u64);

impl Random {
    /// A generator that always draws the same for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// True once in so many times as `share` of 65,536 says.
    pub fn happens(&mut self, share: u64) -> bool {
        self.next() & 0xffff < share
    }

    /// Puts `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.next() % (i as u64 + 1);
            items.swap(i, usize::try_from(j).unwrap_or(0));
        }
    }
}
