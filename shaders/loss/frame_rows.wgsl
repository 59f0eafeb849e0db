// loss = Σᵢ w[i / per] l(z[i,:], y[i,:]) / rows that count, dz[i,:] = w[i / per] ∇l / rows that count
@compute @workgroup_size(lanes)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let live = live_rows();
    let first = min(group.x * chunk, m);
    let end = min(first + chunk, m);
    let scale = scaled(lane, live);
    var loss = 0.0;
    var right = 0.0;
    for (var i = first + lane; i < end; i += lanes) {
        if (i >= live) {
            for (var j = 0u; j < n; j++) { dz[i * n + j] = 0.0; }
            continue;
        }
        let weight = w[i / per] * scale;
        loss += weight * row(i, weight);
        right += right_row(i);
    }
    finish(lane, group.x, loss, right);
}
