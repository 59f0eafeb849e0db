// loss[i] = -log softmax(z)[i, y[i]], dz = (softmax(z) - onehot(y)) / rows, z is m×n, y holds m labels
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
        var largest = z[start];
        var best = 0u;
        for (var j = 1u; j < n; j++) {
            let v = z[start + j];
            if (v > largest) { largest = v; best = j; }
        }
        var sum = 0.0;
        for (var j = 0u; j < n; j++) { sum += exp_(z[start + j] - largest); }
        let label = min(u32(y[i]), n - 1u);
        loss += log_(sum) - (z[start + label] - largest);
        right += select(0.0, 1.0, best == label);
        for (var j = 0u; j < n; j++) {
            let p = exp_(z[start + j] - largest) / sum;
            dz[start + j] = (p - select(0.0, 1.0, j == label)) / f32(rows);
        }
    }
    add_totals(lane, loss, right, rows);
}
