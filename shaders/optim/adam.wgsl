// m[n] = b1 m + (1-b1) g; s[n] = b2 s + (1-b2) g^2; p[n] = p - rate c0 m / (sqrt(s) + epsilon)
@group(0) @binding(0) var<storage, read> g: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> s: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= n / 4u) { return; }
    let gradient = g[i];
    let first = m[i] + (gradient - m[i]) * enter_1;
    let second = s[i] + (gradient * gradient - s[i]) * enter_2;
    m[i] = first;
    s[i] = second;
    p[i] -= step.learning_rate * step.coef[0].x * first / (sqrt(second) + epsilon);
}
