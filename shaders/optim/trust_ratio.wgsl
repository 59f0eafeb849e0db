// t[r, 3] = ratio of sum a[b] and sum b[b], blocks and rows r within the ranges v[variables, 5] says
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> t: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = min(group.y * groups.x + group.x, variables - 1u) * 5u;
    var part_a = 0.0;
    var part_b = 0.0;
    for (var i = u32(v[at]) + lane; i < u32(v[at + 1u]); i += 64u) {
        part_a += a[i];
        part_b += b[i];
    }
    let theta = range_sum(part_a, lane);
    let u = range_sum(part_b, lane);
    var ratio = 1.0;
    if (form == 1u) {
        let c = step.coef[0];
        let rms = sqrt(theta / v[at + 4u]);
        let over = sqrt(u / v[at + 4u]) / c.w;
        ratio = select(rms, c.z, rms < c.z) * step.coef[1].x / select(over, 1.0, over < 1.0);
    } else if (theta > 0.0 && u > 0.0) {
        ratio = sqrt(theta) / sqrt(u);
    }
    for (var r = u32(v[at + 2u]) + lane; r < u32(v[at + 3u]); r += 64u) {
        t[r].w = ratio;
    }
}
