// y[at] = gamma[j] (x[at] - moving_mean[j]) / sqrt(moving_variance[j] + epsilon) + beta[j], j = at / inner mod n; without shift no mean
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read> moving_mean: array<f32>;
@group(0) @binding(4) var<storage, read> moving_variance: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= m * positions * n) { return; }
    let j = at / inner % n;
    let inverse = 1.0 / sqrt(moving_variance[j] + epsilon);
    let mean = select(moving_mean[j], 0.0, shift == 0u);
    y[at] = epilogue(select(1.0, gamma[j], scale == 1u) * ((x[at] - mean) * inverse) + select(0.0, beta[j], center == 1u), at);
}
