//! Weighted rendezvous: which of a tier's targets a key belongs to. Integers only, so that every client and server
//! answers alike; taking one target away moves no key of the others (Thaler and Ravishankar 1998, weighted by −log).

use xxhash_rust::xxh3::xxh3_64;

use crate::id::ConnectionId;

/// The hash of what splits: the key's text, and the attempt when it is not the first.
#[must_use]
pub fn key(split_key: &str, attempt: i64) -> u64 {
    if attempt > 0 {
        return xxh3_64(format!("{split_key}#{attempt}").as_bytes());
    }
    xxh3_64(split_key.as_bytes())
}

/// Puts contenders in the order in which `key` prefers them: `of` tells a contender's connection and its weight,
/// which is at least 1 and at most 200,000.
#[must_use]
pub fn ordered<T>(key: u64, contenders: Vec<T>, of: impl Fn(&T) -> (ConnectionId, u64)) -> Vec<T> {
    let mut bids: Vec<_> = contenders
        .into_iter()
        .map(|contender| {
            let (id, weight) = of(&contender);
            (cost(key, connection_hash(id)), weight, id, contender)
        })
        .collect();
    // a cost is below 2³⁹ and a weight below 2¹⁸: the products fit
    bids.sort_by(|(cost_a, weight_a, id_a, _), (cost_b, weight_b, id_b, _)| {
        (cost_a * weight_b).cmp(&(cost_b * weight_a)).then_with(|| id_a.cmp(id_b))
    });
    bids.into_iter().map(|(_, _, _, contender)| contender).collect()
}

/// The hash of a connection: of the 16 bytes of its id, in network order.
fn connection_hash(id: ConnectionId) -> u64 {
    xxh3_64(id.uuid().as_bytes())
}

/// What a connection asks for a key: −log2 of a uniform number in (0, 1), as 32.32 fixed point.
fn cost(key: u64, connection: u64) -> u64 {
    let h = mix(key ^ connection) | 1; // never 0, so the logarithm exists
    let zeros = u64::from(h.leading_zeros());
    let mantissa = h << zeros;
    let step = usize::try_from((mantissa >> 55) & 255).unwrap_or_default();
    let rest = (mantissa >> 23) & 0xffff_ffff;
    let (low, high) = (log2(step), log2(step + 1));
    ((zeros + 1) << 32) - (low + (((high - low) * rest) >> 32))
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014; variant 13 of Stafford).
const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[expect(clippy::indexing_slicing, reason = "a step has 8 bits, and the table has 257 entries")]
const fn log2(step: usize) -> u64 {
    LOG2[step]
}

/// `floor(2³² · log2(1 + i/256))` for i from 0 to 255, and 2³² − 1.
#[rustfmt::skip]
const LOG2: [u64; 257] = [
    0, 24_157_254, 48_220_694, 72_191_045, 96_069_025, 119_855_342, 143_550_698, 167_155_786, 190_671_290,
    214_097_889, 237_436_252, 260_687_041, 283_850_911, 306_928_510, 329_920_477, 352_827_446, 375_650_042,
    398_388_886, 421_044_590, 443_617_759, 466_108_992, 488_518_883, 510_848_017, 533_096_975, 555_266_329,
    577_356_649, 599_368_494, 621_302_422, 643_158_980, 664_938_715, 686_642_163, 708_269_856, 729_822_323,
    751_300_085, 772_703_657, 794_033_551, 815_290_272, 836_474_320, 857_586_190, 878_626_374, 899_595_355,
    920_493_614, 941_321_627, 962_079_864, 982_768_792, 1_003_388_871, 1_023_940_558, 1_044_424_306,
    1_064_840_562, 1_085_189_769, 1_105_472_366, 1_125_688_789, 1_145_839_467, 1_165_924_826, 1_185_945_290,
    1_205_901_275, 1_225_793_196, 1_245_621_462, 1_265_386_481, 1_285_088_653, 1_304_728_378, 1_324_306_050,
    1_343_822_060, 1_363_276_795, 1_382_670_639, 1_402_003_971, 1_421_277_169, 1_440_490_604, 1_459_644_647,
    1_478_739_664, 1_497_776_017, 1_516_754_066, 1_535_674_166, 1_554_536_671, 1_573_341_929, 1_592_090_289,
    1_610_782_092, 1_629_417_679, 1_647_997_387, 1_666_521_550, 1_684_990_500, 1_703_404_564, 1_721_764_068,
    1_740_069_334, 1_758_320_681, 1_776_518_427, 1_794_662_885, 1_812_754_367, 1_830_793_180, 1_848_779_631,
    1_866_714_023, 1_884_596_656, 1_902_427_828, 1_920_207_835, 1_937_936_968, 1_955_615_520, 1_973_243_776,
    1_990_822_024, 2_008_350_545, 2_025_829_620, 2_043_259_527, 2_060_640_543, 2_077_972_940, 2_095_256_990,
    2_112_492_963, 2_129_681_124, 2_146_821_738, 2_163_915_067, 2_180_961_372, 2_197_960_911, 2_214_913_939,
    2_231_820_711, 2_248_681_478, 2_265_496_490, 2_282_265_994, 2_298_990_236, 2_315_669_461, 2_332_303_908,
    2_348_893_819, 2_365_439_431, 2_381_940_980, 2_398_398_700, 2_414_812_824, 2_431_183_581, 2_447_511_201,
    2_463_795_909, 2_480_037_932, 2_496_237_491, 2_512_394_809, 2_528_510_106, 2_544_583_599, 2_560_615_504,
    2_576_606_037, 2_592_555_410, 2_608_463_835, 2_624_331_521, 2_640_158_677, 2_655_945_508, 2_671_692_220,
    2_687_399_017, 2_703_066_100, 2_718_693_670, 2_734_281_925, 2_749_831_062, 2_765_341_278, 2_780_812_767,
    2_796_245_721, 2_811_640_333, 2_826_996_792, 2_842_315_287, 2_857_596_005, 2_872_839_132, 2_888_044_852,
    2_903_213_349, 2_918_344_805, 2_933_439_400, 2_948_497_312, 2_963_518_721, 2_978_503_802, 2_993_452_731,
    3_008_365_682, 3_023_242_827, 3_038_084_338, 3_052_890_386, 3_067_661_139, 3_082_396_766, 3_097_097_432,
    3_111_763_304, 3_126_394_546, 3_140_991_321, 3_155_553_790, 3_170_082_116, 3_184_576_457, 3_199_036_973,
    3_213_463_820, 3_227_857_155, 3_242_217_133, 3_256_543_910, 3_270_837_637, 3_285_098_467, 3_299_326_552,
    3_313_522_040, 3_327_685_082, 3_341_815_825, 3_355_914_416, 3_369_981_000, 3_384_015_725, 3_398_018_732,
    3_411_990_165, 3_425_930_166, 3_439_838_877, 3_453_716_437, 3_467_562_986, 3_481_378_662, 3_495_163_602,
    3_508_917_943, 3_522_641_820, 3_536_335_368, 3_549_998_721, 3_563_632_011, 3_577_235_372, 3_590_808_932,
    3_604_352_824, 3_617_867_176, 3_631_352_117, 3_644_807_775, 3_658_234_277, 3_671_631_748, 3_685_000_314,
    3_698_340_100, 3_711_651_228, 3_724_933_823, 3_738_188_006, 3_751_413_898, 3_764_611_619, 3_777_781_291,
    3_790_923_031, 3_804_036_957, 3_817_123_188, 3_830_181_840, 3_843_213_029, 3_856_216_870, 3_869_193_478,
    3_882_142_966, 3_895_065_449, 3_907_961_037, 3_920_829_843, 3_933_671_979, 3_946_487_553, 3_959_276_676,
    3_972_039_457, 3_984_776_005, 3_997_486_425, 4_010_170_827, 4_022_829_316, 4_035_461_997, 4_048_068_976,
    4_060_650_357, 4_073_206_244, 4_085_736_739, 4_098_241_947, 4_110_721_967, 4_123_176_902, 4_135_606_852,
    4_148_011_917, 4_160_392_197, 4_172_747_790, 4_185_078_795, 4_197_385_310, 4_209_667_431, 4_221_925_255,
    4_234_158_878, 4_246_368_395, 4_258_553_902, 4_270_715_491, 4_282_853_258, 4_294_967_295,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> ConnectionId {
        Uuid::from_u128(0x0192_f0c1_7a2b_7c3d_8e4f_0123_4567_89a0 + n).into()
    }

    fn order(key: u64, contenders: &[(u128, u64)]) -> Vec<u128> {
        let ordered = ordered(key, contenders.to_vec(), |(n, weight)| (id(*n), *weight));
        ordered.into_iter().map(|(n, _)| n).collect()
    }

    #[test]
    fn the_golden_vectors_come_out() {
        for (split_key, attempt, weights, hash, costs, expected) in [
            (
                "491701234567",
                0,
                &[1, 1][..],
                0x0f20_eaea_33c4_224b,
                &[3_415_126_623, 13_443_035_048][..],
                &[1, 2][..],
            ),
            ("33612345678", 0, &[1, 3], 0x6900_9d48_2aba_0bed, &[17_420_028_981, 2_250_659_235], &[2, 1]),
            (
                "447700900123",
                1,
                &[10, 20, 70],
                0xae01_f331_6746_9bac,
                &[2_453_528_283, 354_915_642, 2_619_720_430],
                &[2, 3, 1],
            ),
        ] {
            assert_eq!(key(split_key, attempt), hash);
            let contenders: Vec<_> = (1..).zip(weights).map(|(n, weight)| (n, weight * 20)).collect();
            let asked: Vec<_> = contenders.iter().map(|(n, _)| cost(hash, connection_hash(id(*n)))).collect();
            assert_eq!(asked, costs);
            assert_eq!(order(hash, &contenders), expected);
        }
    }

    #[test]
    fn the_hash_of_a_connection_is_that_of_its_bytes_in_network_order() {
        let hashes = [1, 2, 3].map(|n| connection_hash(id(n)));
        assert_eq!(hashes, [0x6b0a_29cc_5046_55aa, 0xf625_6a51_1c6f_6b79, 0x0653_cea3_c156_e52c]);
    }

    #[test]
    fn the_table_is_the_logarithm_it_claims_to_be() {
        assert_eq!([LOG2[0], LOG2[1], LOG2[128], LOG2[255]], [0, 24_157_254, 2_512_394_809, 4_282_853_258]);
        assert_eq!(LOG2[256], (1 << 32) - 1);
        for (i, value) in LOG2.iter().enumerate().take(256) {
            let exact = (1.0 + i as f64 / 256.0).log2() * (1u64 << 32) as f64;
            assert!((*value as f64 - exact).abs() < 1.001, "{i}");
        }
    }

    #[test]
    fn a_bid_lies_between_the_ends_of_the_logarithm_and_fits_when_multiplied_by_the_largest_weight() {
        // what is mixed to 0, 1, 2, half of all and all ones; the lowest bit is always set
        for (input, expected) in [
            (0, 64 << 32),
            (0x966d_bfc1_6913_c5d2, 64 << 32),
            (0x2cdb_7f86_d227_8bb5, (63 << 32) - LOG2[128]),
            (0xce25_6ba9_4d67_d15a, 1 << 32),
            (0xcf9a_04af_fa6b_adc0, 2),
        ] {
            for connection in [0, 1, 0x6b0a_29cc_5046_55aa] {
                assert_eq!(cost(input ^ connection, connection), expected, "{input:#x}");
            }
        }
        assert!(cost(0, 0).checked_mul(200_000).is_some());
    }

    #[test]
    fn a_bid_is_weighed_by_the_share_of_its_connection() {
        // connection 1 asks 3,415,126,623 and connection 2 asks 13,443,035,048: 3.94 times as much
        let key = key("491701234567", 0);
        for (weights, expected) in
            [([20, 20], [1, 2]), ([20, 78], [1, 2]), ([20, 79], [2, 1]), ([1, 3], [1, 2]), ([1, 4], [2, 1])]
        {
            assert_eq!(order(key, &[(1, weights[0]), (2, weights[1])]), expected, "{weights:?}");
        }
        assert_eq!(order(key, &[]), []);
    }

    #[test]
    fn the_split_follows_the_weights() {
        for weights in [&[1u64, 1][..], &[1, 3], &[10, 20, 70], &[5, 5, 5, 85], &[1, 9999]] {
            let contenders: Vec<_> = (1..).zip(weights.iter().copied()).collect();
            let mut won = vec![0u64; weights.len()];
            let keys = 200_000;
            for n in 0..keys {
                let first = order(key(&format!("49170{n}"), 0), &contenders)[0];
                won[usize::try_from(first).unwrap() - 1] += 1;
            }
            let total: u64 = weights.iter().sum();
            let chi_squared: f64 = weights
                .iter()
                .zip(&won)
                .map(|(weight, won)| {
                    let expected = keys as f64 * *weight as f64 / total as f64;
                    (*won as f64 - expected).powi(2) / expected
                })
                .sum();
            // 16.27 is the 0.1 % point of χ² with 3 degrees of freedom, the largest here
            assert!(chi_squared < 16.27, "{weights:?}: {won:?}, χ² = {chi_squared}");
        }
    }

    #[test]
    fn another_attempt_is_another_key() {
        assert_ne!(key("49", 0), key("49", 1));
        assert_eq!(key("49", 2), key("49#2", 0));
    }

    proptest! {
        #[test]
        fn taking_one_target_away_moves_no_other_key(
            k in any::<u64>(),
            weights in proptest::collection::vec(1u64..=200_000, 2..12),
            gone in 0usize..12,
        ) {
            let mut contenders: Vec<_> = (1..).zip(weights).collect();
            let gone = contenders[gone % contenders.len()].0;
            let mut without = order(k, &contenders);
            without.retain(|n| *n != gone);
            contenders.retain(|(n, _)| *n != gone);
            prop_assert_eq!(order(k, &contenders), without);
        }

        #[test]
        fn the_order_does_not_depend_on_how_targets_came(
            k in any::<u64>(),
            weights in proptest::collection::vec(1u64..=200_000, 1..12),
            turn in 0usize..12,
        ) {
            let contenders: Vec<_> = (1..).zip(weights).collect();
            let mut turned = contenders.clone();
            turned.rotate_left(turn % contenders.len());
            turned.reverse();
            prop_assert_eq!(order(k, &contenders), order(k, &turned));
        }

        #[test]
        fn a_heavier_target_never_loses_a_key_it_had(
            k in any::<u64>(), weight in 1u64..=1000, more in 1u64..=1000, other in 1u64..=1000,
        ) {
            if order(k, &[(1, weight), (2, other)])[0] == 1 {
                prop_assert_eq!(order(k, &[(1, weight + more), (2, other)])[0], 1);
            }
        }
    }
}
