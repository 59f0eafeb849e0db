// loss[i] = 1/n sum_j (z[i,j] - y[i,j])^2, dz = 2 (z - y) / (n rows), z and y are m×n
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> dz: array<f32>;
@group(0) @binding(3) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(lanes)
fn main(@builtin(local_invocation_index) lane: u32) {
    let rows = min(step.rows, m);
    var loss = 0.0;
    var right = 0.0;
    for (var i = lane; i < m; i += lanes) {
        let start = i * n;
        if (i >= rows) {
            for (var j = 0u; j < n; j++) { dz[start + j] = 0.0; }
            continue;
        }
        var squares = 0.0;
        var best = 0u;
        var target_best = 0u;
        for (var j = 0u; j < n; j++) {
            let d = z[start + j] - y[start + j];
            squares += d * d;
            dz[start + j] = 2.0 * d / (f32(n) * f32(rows));
            if (z[start + j] > z[start + best]) { best = j; }
            if (y[start + j] > y[start + target_best]) { target_best = j; }
        }
        loss += squares / f32(n);
        right += select(0.0, 1.0, best == target_best);
    }
    add_totals(lane, loss, right, rows);
}
