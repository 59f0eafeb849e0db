// t[r, 2] = min(1, limit / sqrt(sum of s[b])), b and r within the ranges v[variables, 5] says
@group(0) @binding(0) var<storage, read> s: array<f32>;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read_write> t: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let variable = min(group.y * groups.x + group.x, variables - 1u);
    var part = 0.0;
    for (var b = u32(v[variable * 5u]) + lane; b < u32(v[variable * 5u + 1u]); b += 64u) {
        part += s[b];
    }
    let norm = sqrt(range_sum(part, lane));
    var scale = select(limit / norm, 1.0, norm <= limit);
    let bits = bitcast<u32>(norm);
    if (global == 1u && (bits & 0x7f800000u) == 0x7f800000u) {
        scale = bitcast<f32>(bits | 0x7fc00000u);
    }
    for (var r = u32(v[variable * 5u + 2u]) + lane; r < u32(v[variable * 5u + 3u]); r += 64u) {
        t[r].z = scale;
    }
}
