// s = (count, mean, variance, smallest, largest, share saturated, share of dead units, not finite) of the parts p[g,j,8], g < shares, j < n
@group(0) @binding(0) var<storage, read> p: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> s: array<vec4<f32>>;

var<workgroup> lane_ends: array<vec2<f32>, lanes>;

fn least_lanes(lane: u32, v: vec2<f32>) -> vec2<f32> {
    lane_ends[lane] = v;
    workgroupBarrier();
    for (var half = lanes / 2u; half > 0u; half /= 2u) {
        if (lane < half) { lane_ends[lane] = min(lane_ends[lane], lane_ends[lane + half]); }
        workgroupBarrier();
    }
    return lane_ends[0];
}

@compute @workgroup_size(lanes)
fn main(@builtin(local_invocation_index) lane: u32) {
    var counts = vec4<f32>();
    var ends = vec2<f32>(3.4028234e38);
    for (var j = lane; j < n; j += lanes) {
        var dead = 1.0;
        for (var g = 0u; g < shares; g++) {
            let a = p[(g * n + j) * 2u];
            let b = p[(g * n + j) * 2u + 1u];
            counts += vec4<f32>(a.x, b.y, 0.0, b.w);
            dead = min(dead, b.z);
            ends = min(ends, vec2<f32>(a.w, -b.x));
        }
        counts.z += dead;
    }
    let finite = sum_lanes(lane, counts.x);
    let saturated = sum_lanes(lane, counts.y);
    let dead = sum_lanes(lane, counts.z);
    let not_finite = sum_lanes(lane, counts.w);
    ends = least_lanes(lane, ends);
    let weight = 1.0 / max(finite, 1.0);
    var sum = 0.0;
    for (var k = lane; k < n * shares; k += lanes) {
        let a = p[k * 2u];
        sum += a.y * (a.x * weight);
    }
    let mean = sum_lanes(lane, sum);
    sum = 0.0;
    for (var k = lane; k < n * shares; k += lanes) {
        let a = p[k * 2u];
        let d = a.y - mean;
        let w = a.x * weight;
        sum += a.z * w + d * (d * w);
    }
    let variance = sum_lanes(lane, sum);
    if (lane == 0u) {
        let some = finite > 0.0;
        let units = select(0.0, dead / f32(n), finite + not_finite > 0.0);
        s[0] = vec4<f32>(finite + not_finite, mean, variance, select(0.0, ends.x, some));
        s[1] = vec4<f32>(select(0.0, -ends.y, some), saturated * weight, units, not_finite);
    }
}
