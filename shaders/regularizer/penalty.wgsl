// s[first + b] = sum of r[b,0] |p| + r[b,1] p^2 over block b of 64 numbers of p[n]; `each` sees every four numbers
@group(0) @binding(0) var<storage, read> p: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> r: array<vec2<f32>>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let block = (group.y * groups.x + group.x) * columns + lane.x;
    let live = block < n / 64u;
    let b = min(block, n / 64u - 1u);
    let factor = r[b];
    var sum = vec4<f32>();
    for (var k = lane.y; k < 16u; k += slices) {
        let v = p[b * 16u + k];
        sum += factor.x * abs(v) + factor.y * v * v;
        if (live) { each(b * 16u + k, v, factor); }
    }
    let all = column_sum((sum.x + sum.y) + (sum.z + sum.w), lane.x, lane.y);
    if (live && lane.y == 0u) { s[first + b] = all; }
}
