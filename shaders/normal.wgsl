// random_normal = sqrt(-2 ln u) cos(2 pi w), for odd elements sin, u and w from the two words of a pair (Box, Muller 1958)
//
// u = (word + 1/2) / 2^32 and w likewise, as in src/base/rng.rs. Near u = 1 the logarithm is taken of what is missing
// to 1; turns are cut into quarters on integers, so that sine and cosine are polynomials of an eighth of a turn.
fn log_of_unit_(word: u32) -> f32 {
    let u = (f32(word) + 0.5) * 2.3283064365386963e-10; // 2^-32
    let missing = (f32(~word) + 0.5) * 2.3283064365386963e-10;
    return select(log_(u), log1p_(-missing), word >= 0x80000000u);
}

// cos(2 pi (word + 1/2) / 2^32 - back pi / 2)
fn cos_of_turn_(word: u32, back: u32) -> f32 {
    let shifted = word + 0x20000000u;
    let t = (f32(bitcast<i32>(shifted & 0x3fffffffu) - 0x20000000) + 0.5) * 1.4629180792671596e-9; // 2 pi / 2^32
    let square = t * t;
    var p = -1.9515295891e-4;
    p = p * square + 8.3321608736e-3;
    p = p * square - 1.6666654611e-1;
    let sine = t + t * (square * p);
    var q = 2.443315711809948e-5;
    q = q * square - 1.388731625493765e-3;
    q = q * square + 4.166664568298827e-2;
    let cosine = (1.0 - 0.5 * square) + square * square * q;
    let quarter = ((shifted >> 30u) + 4u - back) & 3u;
    let v = select(cosine, sine, (quarter & 1u) == 1u);
    return select(v, -v, quarter == 1u || quarter == 2u);
}

fn random_normal(stream: u32, element: u32) -> f32 {
    let words = random_bits4(stream, element >> 2u);
    let pair = element & 2u;
    return sqrt(-2.0 * log_of_unit_(words[pair])) * cos_of_turn_(words[pair + 1u], element & 1u);
}
