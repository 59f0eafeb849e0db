// v[n] = coef[0] v + (1 - coef[0]) (g^2 + coef[1]); g[n] = g / sqrt(v)
@group(0) @binding(0) var<storage, read_write> g: array<f32>;
@group(0) @binding(1) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n) { return; }
    let stay = step.coef[0].x;
    let mean = stay * v[i] + (1.0 - stay) * (g[i] * g[i] + step.coef[0].y);
    v[i] = mean;
    g[i] = g[i] / sqrt(mean);
}
