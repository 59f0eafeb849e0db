// s[i,j] = sign(u[i] . u[j]) for i != j, else 0; a[i] = c sum_j |u[i] . u[j]|, over m vectors of k numbers
@group(0) @binding(0) var<storage, read> u: array<f32>;
@group(0) @binding(1) var<storage, read_write> s: array<f32>;
@group(0) @binding(2) var<storage, read_write> a: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= m) { return; }
    var sum = 0.0;
    for (var j = 0u; j < m; j++) {
        var product = 0.0;
        for (var l = 0u; l < k; l++) {
            product += u[i * k + l] * u[j * k + l];
        }
        let apart = select(product, 0.0, i == j);
        s[i * m + j] = select(select(apart, 1.0, apart > 0.0), -1.0, apart < 0.0);
        sum += abs(apart);
    }
    a[i] = c * sum;
}
