// y[i,j] = exp(x[i,j] - max_j x) / sum_j exp(x[i,j] - max_j x), x and y are m×n
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * groups.x + group.x) * 32u + lane;
    if (row >= m) { return; }
    let start = row * n;
    var largest = x[start];
    for (var j = 1u; j < n; j++) {
        let v = x[start + j];
        largest = select(largest, v, v > largest);
    }
    var sum = 0.0;
    for (var j = 0u; j < n; j++) {
        sum += exp_(x[start + j] - largest);
    }
    for (var j = 0u; j < n; j++) {
        y[start + j] = epilogue(exp_(x[start + j] - largest) / sum, start + j);
    }
}
