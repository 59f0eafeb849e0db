// totals += [sum s * samples], a pair; totals[6] += sum s, over s[n]
@group(0) @binding(0) var<storage, read> s: array<f32>;
@group(0) @binding(1) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
    var part = 0.0;
    for (var i = lane; i < n; i += 64u) {
        part += s[i];
    }
    let sum = range_sum(part, lane);
    if (lane == 0u) {
        let pair = added(vec2<f32>(totals[0], totals[1]), sum * f32(min(step.rows, batch)));
        totals[0] = pair.x;
        totals[1] = pair.y;
        totals[6] += sum;
    }
}
