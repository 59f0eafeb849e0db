// c[o,j] = coef[0] c + (1 - coef[0]) mean_i (g[o,i,j]^2 + coef[1]), g is outer×m×n, c is outer×n
@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 32u + lane;
    if (at >= outer * n) { return; }
    let start = at / n * m * n + at % n;
    var sum = 0.0;
    for (var i = 0u; i < m; i++) {
        let v = g[start + i * n];
        sum += v * v + step.coef[0].y;
    }
    let stay = step.coef[0].x;
    c[at] = stay * c[at] + (1.0 - stay) * (sum / f32(m));
}
