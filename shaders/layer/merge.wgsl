// y[n] = a - b, a · b, the larger or the smaller of a and b, as `how` is 0, 1, 2 or 3
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= n) { return; }
    let p = a[at];
    let q = b[at];
    var v = p - q;
    if (how == 1u) { v = p * q; }
    if (how >= 2u) {
        v = select(q, p, select((p < q), (p > q), how == 2u));
        v = select(v, p + q, is_nan_bits(p) || is_nan_bits(q));
    }
    y[at] = epilogue(v, at);
}
