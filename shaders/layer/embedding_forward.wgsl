// y[i,c] = table[x[i],c], c < width, x holds integers below rows
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at < n * width) {
        y[at] = epilogue(table[row_of(x[at / width]) * width + at % width], at);
    }
}
