// s[r] = (sqrt(sum over r of largest^2 squares), the largest, not finite) of b[blocks, 3] = (largest, squares, not finite), r as v[ranges, 5] says
@group(0) @binding(0) var<storage, read> b: array<f32>;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let r = min(group.y * groups.x + group.x, ranges - 1u);
    let first = u32(v[r * 5u]);
    let end = u32(v[r * 5u + 1u]);
    var part = 0.0;
    for (var k = first + lane; k < end; k += 64u) {
        part = max(part, b[k * 3u]);
    }
    range_parts[lane] = part;
    workgroupBarrier();
    var largest = 0.0;
    for (var l = 0u; l < 64u; l++) {
        largest = max(largest, range_parts[l]);
    }
    let normal = largest >= 1.1754944e-38;
    let unit = select(1.0, largest, normal);
    part = 0.0;
    var bad = 0.0;
    for (var k = first + lane; k < end; k += 64u) {
        let scale = b[k * 3u] / unit;
        part += b[k * 3u + 1u] * (scale * scale);
        bad += b[k * 3u + 2u];
    }
    let squares = range_sum(part, lane);
    let count = range_sum(bad, lane);
    if (lane == 0u) {
        s[r * 3u] = select(0.0, largest * sqrt(squares), normal);
        s[r * 3u + 1u] = largest;
        s[r * 3u + 2u] = count;
    }
}
