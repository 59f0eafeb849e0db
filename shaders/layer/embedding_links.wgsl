// next[i] = the next place with the index of place i, first[i] = 1 where no place before has it; dtable = 0
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> links: array<f32>;
@group(0) @binding(2) var<storage, read_write> dtable: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * groups.x + group.x) * 64u + lane;
    if (at < rows * width) {
        dtable[at] = 0.0;
    }
    if (at >= n) { return; }
    let row = row_of(x[at]);
    var first = 1.0;
    for (var i = 0u; i < at; i++) {
        if (row_of(x[i]) == row) {
            first = 0.0;
            break;
        }
    }
    var next = n;
    for (var i = at + 1u; i < n; i++) {
        if (row_of(x[i]) == row) {
            next = i;
            break;
        }
    }
    links[at] = f32(next);
    links[n + at] = first;
}
