// y[i,j,k] = result(x[i,j,k] - max_j x, of_sum(sum_j exp(x[i,j,k] - max_j x))), x and y are m×n×inner
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * groups.x + group.x) * 32u + lane;
    if (row >= m * inner) { return; }
    let start = (row / inner) * n * inner + row % inner;
    var largest = x[start];
    for (var j = 1u; j < n; j++) {
        let v = x[start + j * inner];
        largest = select(largest, v, v > largest);
    }
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        sum += exp_(x[start + j * inner] - largest);
    }
    let s = of_sum(sum);
    for (var j = 0u; j < n; j++) {
        let at = start + j * inner;
        y[at] = epilogue(result(x[at] - largest, s), at);
    }
}
