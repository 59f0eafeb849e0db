// p[g,j] = (count, mean, variance, smallest, largest, saturated, 1 if all are dead, not finite) of finite x[i,j] over live rows i of share g
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<vec4<f32>>;

fn is_finite(bits: u32) -> bool {
    return (bits & 0x7f800000u) != 0x7f800000u;
}

fn is_saturated(v: f32) -> bool {
    return ((bounded & 1u) != 0u && v <= low) || ((bounded & 2u) != 0u && v >= high);
}

@compute @workgroup_size(columns, slices)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_id) lane: vec3<u32>) {
    let blocks = (n + columns - 1u) / columns;
    let wanted = group.y * groups.x + group.x;
    let at = min(wanted, blocks * shares - 1u);
    let share = at / blocks;
    let column = (at % blocks) * columns + lane.x;
    let j = min(column, n - 1u);
    let live = min(step.rows, m / per) * per;
    let size = (m + shares - 1u) / shares;
    let first = min(share * size, live);
    let end = min(first + size, live);
    let rows = f32(end - first);
    let weight = 1.0 / max(rows, 1.0);
    var finite = 0.0;
    var saturated = 0.0;
    var still = 0.0;
    var sum = 0.0;
    var ends = vec2<f32>(3.4028234e38);
    for (var i = first + lane.y; i < end; i += slices) {
        let bits = bitcast<u32>(x[i * n + j]);
        if (is_finite(bits)) {
            let v = bitcast<f32>(bits);
            finite += 1.0;
            saturated += select(0.0, 1.0, is_saturated(v));
            still += select(0.0, 1.0, (bounded & 1u) != 0u && v <= dead);
            // Weighted before it is added up: numbers near the largest must not overflow.
            sum += v * weight;
            ends = min(ends, vec2<f32>(v, -v));
        }
    }
    let count = column_sum(finite, lane.x, lane.y);
    let more = rows / max(count, 1.0);
    let mean = column_sum(sum, lane.x, lane.y) * more;
    var squares = 0.0;
    for (var i = first + lane.y; i < end; i += slices) {
        let bits = bitcast<u32>(x[i * n + j]);
        if (is_finite(bits)) {
            let d = bitcast<f32>(bits) - mean;
            squares += d * (d * weight);
        }
    }
    let variance = column_sum(squares, lane.x, lane.y) * more;
    let near = column_sum(saturated, lane.x, lane.y);
    let all = column_sum(still, lane.x, lane.y) == rows;
    ends = column_least(ends, lane.x, lane.y);
    if (wanted < blocks * shares && column < n && lane.y == 0u) {
        let to = (share * n + column) * 2u;
        p[to] = vec4<f32>(count, mean, variance, ends.x);
        p[to + 1u] = vec4<f32>(-ends.y, near, select(0.0, 1.0, all), rows - count);
    }
}
