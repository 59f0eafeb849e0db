// y[n] = v where x >= 0, else a v, a = lower + (upper - lower) uniform of each number (Xu et al. 2015, arXiv:1505.00853)
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= n) { return; }
    let a = lower + (upper - lower) * uniform_24(random_bits(stream, at));
    y[at] = epilogue(select(v[at], a * v[at], x[at] < 0.0), at);
}
