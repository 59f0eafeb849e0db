// y[i,j] = gamma[j] (x[i,j] - moving_mean[j]) / sqrt(moving_variance[j] + epsilon) + beta[j], x and y are m×n
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read> moving_mean: array<f32>;
@group(0) @binding(4) var<storage, read> moving_variance: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= m * n) { return; }
    let j = at % n;
    let inverse = 1.0 / sqrt(moving_variance[j] + epsilon);
    y[at] = epilogue(gamma[j] * ((x[at] - moving_mean[j]) * inverse) + beta[j], at);
}
