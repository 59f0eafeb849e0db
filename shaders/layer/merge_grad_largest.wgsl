// da[n] = dy where a is the larger (how 2) or smaller (how 3) of a and b, dy / 2 where both are equal, else 0
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> da: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= n) { return; }
    let p = a[at];
    let q = b[at];
    let loses = select((p > q), (p < q), how == 2u);
    let v = select(dy[at], 0.0, loses);
    da[at] = epilogue(select(v, 0.5 * v, p == q), at);
}
