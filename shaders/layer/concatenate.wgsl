// y[o, to_first + k] = x[o, from_first + k], o < outer, k < run; x is outer×from_width, y is outer×to_width
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at < outer * run) {
        y[at / run * to_width + to_first + at % run] = x[at / run * from_width + from_first + at % run];
    }
}
