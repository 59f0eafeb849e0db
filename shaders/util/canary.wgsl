// found[i] = result of trial i, i < 12; x = (rounds, 7, 0x7fc00000, 0x3f8ccccd, 0x40133333, 0xbf19999a, 0x4b800000, 100)
//
// What drivers have been seen to get wrong, each from operands the compiler cannot know.
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> found: array<u32>;

var<workgroup> shared_sum: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
    // A tree over shared memory: each level reads what another subgroup wrote.
    shared_sum[lane] = (lane + x[1]) * (lane + 1u);
    workgroupBarrier();
    for (var half = 32u; half > 0u; half >>= 1u) {
        if (lane < half) {
            shared_sum[lane] += shared_sum[lane + half];
        }
        workgroupBarrier();
    }
    let words = random_bits4(x[1], x[7]);
    let nan = bitcast<f32>(x[2]);
    let a = bitcast<f32>(x[3]);
    let b = bitcast<f32>(x[4]);
    let c = bitcast<f32>(x[5]);
    let big = bitcast<f32>(x[6]);
    if (lane == 0u) {
        found[1] = shared_sum[0];
        found[2] = words.x;
        found[3] = words.w;
        found[4] = select(0u, 1u, (bitcast<u32>(nan * a + b) & 0x7fffffffu) > 0x7f800000u);
        found[5] = bitcast<u32>(a * b);
        found[6] = bitcast<u32>(a * b + c);
        found[7] = bitcast<u32>(fma(a, b, c));
        found[8] = bitcast<u32>(a / b);
        found[9] = bitcast<u32>(sqrt(b));
        // Ties to even at 2^24: 16777216 + 1 stays, + 3 becomes + 4.
        found[10] = bitcast<u32>((big + 1.0) + (big + 3.0));
        found[11] = bitcast<u32>(f32(x[7]) * a) ^ u32(i32(round(f32(x[7]) * b)));
    }
    // Last, because Mesa 22's llvmpipe has one budget of 65,535 rounds for all loops of an invocation and then leaves
    // them without a word.
    var state = x[1];
    for (var i = 0u; i < x[0]; i++) {
        state = state * 1664525u + 1013904223u;
    }
    if (lane == 63u) {
        found[0] = state;
    }
}
