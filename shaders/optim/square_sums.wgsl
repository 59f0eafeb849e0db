// s[first + b] = sum of x[n]^2 over block b of 64 numbers, 0 where t[b, 0] is 0
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> t: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let block = (group.y * groups.x + group.x) * columns + lane.x;
    let live = block < n / 64u;
    let b = min(block, n / 64u - 1u);
    var squares = vec4<f32>();
    for (var k = lane.y; k < 16u; k += slices) {
        let v = x[b * 16u + k];
        squares += v * v;
    }
    let sum = column_sum((squares.x + squares.y) + (squares.z + squares.w), lane.x, lane.y);
    if (live && lane.y == 0u) {
        s[first + b] = select(sum, 0.0, t[b].x == 0.0);
    }
}
