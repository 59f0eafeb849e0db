// dx = inverse (g - sum g / count - share normal sum g normal), g = gamma dy, normal = (x - mean) inverse, sums over a cell
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> saved: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let live = wanted < cells;
    let c = min(wanted, cells - 1u);
    let mean = saved[c];
    let inverse = saved[cells + c];
    var sum = 0.0;
    var along = 0.0;
    for (var e = lane.y; e < count; e += slices) {
        let at = element(c, e);
        let g = select(1.0, gamma[at / inner % n], scale == 1u) * dy[at];
        sum += g;
        along += g * ((x[at] - mean) * inverse);
    }
    let level = column_sum(sum, lane.x, lane.y) / f32(count);
    let tilt = share * column_sum(along, lane.x, lane.y);
    if (!live) { return; }
    // A capped inverse does not move with x.
    let bend = select(tilt, 0.0, inverse >= most);
    let offset = select(0.0, level, centred == 1u);
    for (var e = lane.y; e < count; e += slices) {
        let at = element(c, e);
        let g = select(1.0, gamma[at / inner % n], scale == 1u) * dy[at];
        dx[at] = epilogue(inverse * (g - offset - ((x[at] - mean) * inverse) * bend), at);
    }
}
