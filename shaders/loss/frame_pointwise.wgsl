// loss = Σᵢⱼ w[i / per] l(z[i,j], y[i,j]) share / live rows, dz[i,j] = w[i / per] l′(z[i,j], y[i,j]) share / live rows
@compute @workgroup_size(lanes)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let live = live_rows();
    let first = min(group.x * chunk, m);
    let end = min(first + chunk, m);
    let scale = share / f32(live);
    let convert = converts(lane, live);
    var loss = 0.0;
    for (var at = first * n + lane; at < end * n; at += lanes) {
        let i = at / n;
        if (i >= live) {
            dz[at] = 0.0;
            continue;
        }
        let weight = w[i / per] * scale;
        let t = select(y[at], 2.0 * y[at] - 1.0, convert);
        loss += weight * value(z[at], t);
        dz[at] = weight * slope(z[at], t);
    }
    var right = 0.0;
    for (var i = first + lane; i < min(end, live); i += lanes) {
        right += right_side(i);
    }
    finish(lane, group.x, loss, right);
}
