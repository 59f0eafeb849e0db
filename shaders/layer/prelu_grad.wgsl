// dx[at] = dy where x > 0, alpha dy where x < 0, 0 at 0; part[at] = dy x where x < 0, else 0: what alpha's gradient adds up
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> alpha: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<storage, read_write> part: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at >= e0 * e1 * e2 * e3 * e4 * e5) { return; }
    let v = x[at];
    let d = dy[at];
    part[at] = select(d * v, 0.0, v >= 0.0);
    let slope = select(alpha[strided(at)], 1.0, v > 0.0);
    dx[at] = epilogue(select(slope * d, 0.0, v == 0.0), at);
}
