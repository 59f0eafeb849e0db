// y[at] = gamma[j] (x[at] - mean[c]) inverse[c] + beta[j], inverse = 1/sqrt(share sum (x - mean)^2 + epsilon), saved = [mean, inverse]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> saved: array<f32>;

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let wanted = (group.y * groups.x + group.x) * columns + lane.x;
    let live = wanted < cells;
    let c = min(wanted, cells - 1u);
    var mean = 0.0;
    if (centred == 1u) {
        var sum = 0.0;
        for (var e = lane.y; e < count; e += slices) {
            sum += x[element(c, e)];
        }
        mean = column_sum(sum, lane.x, lane.y) / f32(count);
    }
    var squares = 0.0;
    for (var e = lane.y; e < count; e += slices) {
        let d = x[element(c, e)] - mean;
        squares += d * d;
    }
    let steep = 1.0 / sqrt(share * column_sum(squares, lane.x, lane.y) + epsilon);
    let inverse = select(steep, most, steep > most);
    if (!live) { return; }
    if (lane.y == 0u) {
        saved[c] = mean;
        saved[cells + c] = inverse;
    }
    for (var e = lane.y; e < count; e += slices) {
        let at = element(c, e);
        let j = at / inner % n;
        y[at] = epilogue(select(1.0, gamma[j], scale == 1u) * ((x[at] - mean) * inverse) + select(0.0, beta[j], center == 1u), at);
    }
}
