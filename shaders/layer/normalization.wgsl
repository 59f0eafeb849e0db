// y[at] = (x[at] - mean[j]) / deviation[j], or mean[j] + x[at] deviation[j] inverted, deviation = max(sqrt(variance), 1e-7)
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> variance: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= len) { return; }
    let j = at / inner % n;
    let root = sqrt(variance[j]);
    let deviation = select(root, 1e-7, root < 1e-7);
    let level = select(0.0, mean[j], shift == 1u);
    var v = (x[at] - level) / deviation;
    if (invert == 1u) { v = level + x[at] * deviation; }
    y[at] = epilogue(v, at);
}
