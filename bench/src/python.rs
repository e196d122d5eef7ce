//! Python's `random.Random(seed).shuffle`, so that the splits are those that others publish.

/// The Mersenne Twister (Matsumoto, Nishimura 1998: MT19937), seeded as Python seeds it.
pub struct Random {
    state: [u32; N],
    at: usize,
}

const N: usize = 624;
const M: usize = 397;

impl Random {
    /// `random.Random(seed)`.
    pub fn new(seed: u32) -> Self {
        let mut random = Self { state: [0; N], at: N };
        random.by_number(19_650_218);
        let s = &mut random.state;
        let mixed =
            |s: &[u32; N], i: usize, by: u32| s[i] ^ (s[i - 1] ^ (s[i - 1] >> 30)).wrapping_mul(by);
        // `init_by_array` with an array of one number.
        let mut i = 1;
        for _ in 0..N {
            s[i] = mixed(s, i, 1_664_525).wrapping_add(seed);
            i += 1;
            if i == N {
                s[0] = s[N - 1];
                i = 1;
            }
        }
        for _ in 1..N {
            s[i] = mixed(s, i, 1_566_083_941).wrapping_sub(u32::try_from(i).unwrap_or(0));
            i += 1;
            if i == N {
                s[0] = s[N - 1];
                i = 1;
            }
        }
        s[0] = 0x8000_0000;
        random
    }

    fn by_number(&mut self, seed: u32) {
        self.state[0] = seed;
        for i in 1..N {
            let before = self.state[i - 1];
            let i32 = u32::try_from(i).unwrap_or(0);
            self.state[i] =
                1_812_433_253u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(i32);
        }
    }

    fn next(&mut self) -> u32 {
        if self.at == N {
            for i in 0..N {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// A number below `n`, as Python's `_randbelow`; `n` is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        let bits = usize::BITS - n.leading_zeros();
        loop {
            let drawn = (self.next() >> (32 - bits.clamp(1, 32))) as usize;
            if drawn < n {
                return drawn;
            }
        }
    }

    /// `shuffle(items)`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffles_as_python_does() {
        // Python 3.11: r = random.Random(s); a = list(range(n)); r.shuffle(a); b = list(range(5));
        // r.shuffle(b); print(a[:12], b, r.getrandbits(32))
        let check = |seed, n: usize, first: &[usize], second: &[usize], then: u32| {
            let mut random = Random::new(seed);
            let (mut a, mut b): (Vec<usize>, Vec<usize>) = ((0..n).collect(), (0..5).collect());
            random.shuffle(&mut a);
            random.shuffle(&mut b);
            assert_eq!((&a[..first.len()], b.as_slice()), (first, second), "seed {seed}");
            assert_eq!(random.next(), then, "seed {seed}");
        };
        check(0, 10, &[7, 8, 1, 5, 3, 4, 2, 0, 9, 6], &[3, 0, 4, 1, 2], 1_210_484_339);
        check(1, 10, &[6, 8, 9, 7, 5, 3, 0, 4, 1, 2], &[2, 3, 4, 0, 1], 3_836_767_462);
        let long = [258, 583, 480, 23, 19, 263, 375, 444, 75, 280, 468, 385];
        check(4, 700, &long, &[1, 4, 0, 3, 2], 3_426_351_419);
    }
}
