// u[i,l] = w[i,l] / norm[i], norm[i] = max(|w[i]|, 1e-7), over m vectors of k numbers
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> u: array<f32>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= m) { return; }
    var sum = 0.0;
    for (var l = 0u; l < k; l++) {
        let v = w[i * stride + l * inner];
        sum += v * v;
    }
    let size = sqrt(sum);
    let divisor = select(size, 1e-7, size < 1e-7);
    norm[i] = divisor;
    for (var l = 0u; l < k; l++) {
        u[i * k + l] = w[i * stride + l * inner] / divisor;
    }
}
