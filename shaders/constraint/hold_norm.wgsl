// w = w (rate clip(|w|, least, most) + (1 - rate) |w|) / (1e-7 + |w|) for each of m×inner vectors of n numbers; w is m×n×inner
@group(0) @binding(0) var<storage, read_write> w: array<f32>;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * groups.x + group.x) * 32u + lane;
    if (i >= m * inner) { return; }
    let start = i / inner * n * inner + i % inner;
    var sum = 0.0;
    for (var l = 0u; l < n; l++) {
        let v = w[start + l * inner];
        sum += v * v;
    }
    let norm = sqrt(sum);
    let held = select(select(norm, most, norm > most), least, norm < least);
    let scale = (rate * held + (1.0 - rate) * norm) / (1e-7 + norm);
    for (var l = 0u; l < n; l++) {
        w[start + l * inner] *= scale;
    }
}
