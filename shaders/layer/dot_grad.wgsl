// da[s,p,c,q] = sum_j dy[s,i,j] b[s,u,c,v], i = p a_after + q, j = u b_after + v; where turned, dy is read as [s,j,i]
@group(0) @binding(0) var<storage, read> b: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> da: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    let rows = a_before * a_after;
    let cols = b_before * b_after;
    if (at >= samples * rows * k) { return; }
    let sample = at / (rows * k);
    let c = at / a_after % k;
    let i = at / (k * a_after) % a_before * a_after + at % a_after;
    var sum = 0.0;
    for (var j = 0u; j < cols; j++) {
        let from_b = ((sample * b_before + j / b_after) * k + c) * b_after + j % b_after;
        let from_dy = select(i * cols + j, j * rows + i, turned == 1u);
        sum += dy[sample * rows * cols + from_dy] * b[from_b];
    }
    da[at] = epilogue(sum, at);
}
