// random_bits: word e % 4 of Philox4x32-10(counter = (e / 4, stream, step, 0), key = (seed lo, seed hi))
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
// Integers only, so every device and src/base/rng.rs give the same bits. Needs prelude.wgsl.

// High 32 bits of a * b. WGSL has no wide product: 16-bit halves, whose partial sums fit 32 bits.
fn mul_high(a: u32, b: u32) -> u32 {
    let a_lo = a & 0xffffu;
    let a_hi = a >> 16u;
    let b_lo = b & 0xffffu;
    let b_hi = b >> 16u;
    let mid = a_hi * b_lo + ((a_lo * b_lo) >> 16u);
    return a_hi * b_hi + (mid >> 16u) + ((a_lo * b_hi + (mid & 0xffffu)) >> 16u);
}

fn philox_round(c: vec4<u32>, k: vec2<u32>) -> vec4<u32> {
    return vec4<u32>(
        mul_high(0xCD9E8D57u, c.z) ^ c.y ^ k.x,
        0xCD9E8D57u * c.z,
        mul_high(0xD2511F53u, c.x) ^ c.w ^ k.y,
        0xD2511F53u * c.x,
    );
}

fn philox4x32_10(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    // The key of round i is key + i * bump, written out: a loop would cost more than it says.
    let bump = vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    var c = philox_round(counter, key);
    c = philox_round(c, key + 1u * bump);
    c = philox_round(c, key + 2u * bump);
    c = philox_round(c, key + 3u * bump);
    c = philox_round(c, key + 4u * bump);
    c = philox_round(c, key + 5u * bump);
    c = philox_round(c, key + 6u * bump);
    c = philox_round(c, key + 7u * bump);
    c = philox_round(c, key + 8u * bump);
    return philox_round(c, key + 9u * bump);
}

// The four words of elements 4 * block .. 4 * block + 4 at this step.
fn random_bits4(stream: u32, block: u32) -> vec4<u32> {
    return philox4x32_10(vec4<u32>(block, stream, step.index, 0u), vec2<u32>(step.seed_lo, step.seed_hi));
}

fn random_bits(stream: u32, element: u32) -> u32 {
    return random_bits4(stream, element >> 2u)[element & 3u];
}

// Uniform in [0, 1) from the top 24 bits: exact in f32, the same number as rng::uniform_24.
fn uniform_24(bits: u32) -> f32 {
    return f32(bits >> 8u) * 5.9604644775390625e-8; // 2^-24
}
