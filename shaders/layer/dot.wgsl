// y[s,i,j] = sum_c a[s,p,c,q] b[s,u,c,v], i = p a_after + q, j = u b_after + v, c < k
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    let rows = a_before * a_after;
    let cols = b_before * b_after;
    if (at >= samples * rows * cols) { return; }
    let sample = at / (rows * cols);
    let i = at / cols % rows;
    let j = at % cols;
    let from_a = (sample * a_before + i / a_after) * k * a_after + i % a_after;
    let from_b = (sample * b_before + j / b_after) * k * b_after + j % b_after;
    var sum = 0.0;
    for (var c = 0u; c < k; c++) {
        sum += a[from_a + c * a_after] * b[from_b + c * b_after];
    }
    y[at] = epilogue(sum, at);
}
