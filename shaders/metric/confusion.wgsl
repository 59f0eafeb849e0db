// column(i, c) = (true positives, false positives, true negatives, false negatives) of row i at thresholds[c]
@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> thresholds: array<f32>;
@group(0) @binding(4) var<storage, read_write> state: array<f32>;

// The score of z[i,j]: sigmoid of a logit where p[2] is 1; kept within [0, 1] where p[3] is 1.
fn score(v: f32) -> f32 {
    let s = select(v, sigmoid_(v), p.z == 1.0);
    return select(s, select(select(s, 0.0, s < 0.0), 1.0, s > 1.0), p.w == 1.0);
}

// Whether z[i,j] is among the p[1] largest of its row, the first of equals before the others; always where p[1] is 0.
fn among(i: u32, j: u32) -> bool {
    if (p.y == 0.0) { return true; }
    var above = 0u;
    for (var o = 0u; o < n; o++) {
        let other = z[i * n + o];
        above += select(0u, 1u, other > z[i * n + j] || (other == z[i * n + j] && o < j));
    }
    return above < u32(p.y);
}

fn column(i: u32, c: u32) -> vec4<f32> {
    var sums = vec4<f32>(0.0);
    // p[0] is the only class looked at, or −1.
    let first = select(0u, u32(p.x), p.x >= 0.0);
    let end = select(n, first + 1u, p.x >= 0.0);
    for (var j = first; j < end; j++) {
        let taken = score(z[i * n + j]) > thresholds[c] && among(i, j);
        let one = y[i * n + j] != 0.0;
        let yes = vec4<f32>(1.0, 0.0, 0.0, 0.0);
        let alarm = vec4<f32>(0.0, 1.0, 0.0, 0.0);
        let calm = vec4<f32>(0.0, 0.0, 1.0, 0.0);
        let miss = vec4<f32>(0.0, 0.0, 0.0, 1.0);
        sums += select(select(calm, alarm, taken), select(miss, yes, taken), one);
    }
    return sums;
}
