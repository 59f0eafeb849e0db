// b[first + k] = (largest |g|, sum of (g / largest)^2, not finite) of the finite g[n] in block k of 64 numbers
@group(0) @binding(0) var<storage, read> g: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;

fn finite_or_zero(v: vec4<f32>) -> vec4<f32> {
    let bits = bitcast<vec4<u32>>(v);
    return bitcast<vec4<f32>>(select(bits, vec4<u32>(), (bits & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u)));
}

fn not_finite(v: vec4<f32>) -> f32 {
    let exponents = bitcast<vec4<u32>>(v) & vec4<u32>(0x7f800000u);
    return dot(select(vec4<f32>(), vec4<f32>(1.0), exponents == vec4<u32>(0x7f800000u)), vec4<f32>(1.0));
}

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let k = min(wanted, n / 64u - 1u);
    var size = vec4<f32>();
    var bad = 0.0;
    for (var i = lane.y; i < 16u; i += slices) {
        let v = g[k * 16u + i];
        bad += not_finite(v);
        size = max(size, abs(finite_or_zero(v)));
    }
    let most = max(max(size.x, size.y), max(size.z, size.w));
    let largest = -column_least(vec2<f32>(-most, 0.0), lane.x, lane.y).x;
    // Below the normal numbers a device may take 0 for it.
    let normal = largest >= 1.1754944e-38;
    let unit = select(1.0, largest, normal);
    var squares = vec4<f32>();
    for (var i = lane.y; i < 16u; i += slices) {
        let v = finite_or_zero(g[k * 16u + i]) / unit;
        squares += v * v;
    }
    let sum = column_sum((squares.x + squares.y) + (squares.z + squares.w), lane.x, lane.y);
    let count = column_sum(bad, lane.x, lane.y);
    if (wanted < n / 64u && lane.y == 0u) {
        let to = (first + k) * 3u;
        b[to] = largest;
        b[to + 1u] = select(0.0, sum, normal);
        b[to + 2u] = count;
    }
}
